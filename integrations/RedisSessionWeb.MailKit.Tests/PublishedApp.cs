using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

using TestServers;
using TestServers.Smtp;

namespace RedisSessionWeb.MailKit.Tests;

/// <summary>
/// The web application as it is published, with MailKit added by environment variables alone and its accounts in
/// PostgreSQL.
/// </summary>
internal sealed class PublishedApp : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("published-").FullName;
    private Process? _process;

    private PublishedApp(RedisServer redis, PostgreSqlServer postgres, SmtpServer mail)
    {
        (Redis, Postgres, Mail) = (redis, postgres, mail);
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{RedisServer.FreePort()}"));
    }

    public RedisServer Redis { get; }

    public PostgreSqlServer Postgres { get; }

    public SmtpServer Mail { get; }

    public Uri Address { get; }

    public static async Task<PublishedApp> StartAsync()
    {
        var certificate = SmtpServer.NewCertificate();
        var app = new PublishedApp(
            await RedisServer.StartAsync(),
            await PostgreSqlServer.StartAsync(),
            await SmtpServer.StartAsync("site", "secret", certificate: certificate, implicitTls: true));
        await File.WriteAllTextAsync(app.Certificate, certificate.ExportCertificatePem());
        await RunAsync("dotnet", "publish", Path.Combine(Root(), "src/RedisSessionWeb"), "-c", Configuration, "--no-build", "-o", app.Program, "-v", "q");
        await RunAsync("dotnet", [Path.Combine(app.Program, "RedisSessionWeb.dll"), "--role=migrate-accounts", .. app.Settings]);
        app.Start();
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        await Mail.DisposeAsync();
        await Postgres.DisposeAsync();
        await Redis.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Configuration => AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    private string Program => Path.Combine(_folder, "app");

    private string Certificate => Path.Combine(_folder, "mail.pem");

    private string[] Settings =>
    [
        "--environment=Development",
        "--Redis:ConnectionString=" + Redis.ConnectionString,
        "--Accounts:Store=PostgreSql",
        "--Accounts:PostgreSql:ConnectionString=" + Postgres.ConnectionString("accounts"),
    ];

    private void Start()
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = "/", RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            Path.Combine(Program, "RedisSessionWeb.dll"), .. Settings, "--urls=" + Address,
            "--Verification:Captcha:Image=false", "--Verification:Captcha:ProofOfWork=false", "--Verification:SendsPerClientPerHour=1000",
            "--Smtp:Host=localhost", string.Create(CultureInfo.InvariantCulture, $"--Smtp:Port={Mail.Port}"), "--Smtp:From=site@example.com",
            "--Smtp:User=site", "--Smtp:Password=secret", "--Smtp:MailKit:ImplicitTls=true", "--Smtp:MailKit:CheckRevocation=false",
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // All it takes: where the assembly is, and that it takes part.
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(MailKitHostingStartup).Assembly.Location;
        start.Environment["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"] = "RedisSessionWeb.MailKit";
        start.Environment["SSL_CERT_FILE"] = Certificate;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output + await errors);
    }

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../.."));
}
