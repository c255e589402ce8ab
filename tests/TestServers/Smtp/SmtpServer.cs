using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace TestServers.Smtp;

/// <summary>How the server treats the next message.</summary>
public enum SmtpMode
{
    /// <summary>Takes it.</summary>
    Take,

    /// <summary>Takes it after three seconds.</summary>
    Slow,

    /// <summary>Refuses it for now: 451.</summary>
    Later,

    /// <summary>Refuses it for good: 550.</summary>
    Never,

    /// <summary>Accepts the connection and says no word, until it is told to behave otherwise.</summary>
    HangAtBanner,

    /// <summary>Takes the text and never answers.</summary>
    HangAtData,

    /// <summary>Takes the message and cuts the connection in place of an answer.</summary>
    CutAtData,
}

/// <summary>A real mail server (npm <c>smtp-server</c>) on loopback, for one test.</summary>
public sealed class SmtpServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<ReceivedMail> _mails = new();
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string _mode = "take";
    private int _connections;

    private SmtpServer(Process process) => _process = process;

    public int Port { get; private set; }

    /// <summary>What it has taken, in order.</summary>
    public IReadOnlyList<ReceivedMail> Mails => [.. _mails];

    /// <summary>How many connections it has seen.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Starts a server. With a user it demands AUTH; without STARTTLS it offers none; port 0 is any.</summary>
    /// <remarks>With implicit TLS it speaks TLS from the first byte; with an access token AUTH is XOAUTH2 alone.</remarks>
    public static async Task<SmtpServer> StartAsync(
        string user = "", string password = "", bool startTls = true, X509Certificate2? certificate = null, int port = 0,
        bool implicitTls = false, string accessToken = "", bool utf8 = true)
    {
        await NodePackages.InstallAsync(Folder, "smtp-server");
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("server.mjs");
        var server = new SmtpServer(Process.Start(start) ?? throw new InvalidOperationException("node did not start."));
        _ = server.ReadAsync();
        using var own = certificate is null ? NewCertificate() : null;
        var settings = new Settings(
            (certificate ?? own!).GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem(), (certificate ?? own!).ExportCertificatePem(), user, password, startTls, utf8, port, implicitTls, accessToken);
        await server._process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(settings, JsonSerializerOptions.Web));
        server.Port = await server._port.Task.WaitAsync(Patience);
        return server;
    }

    /// <summary>A self-signed certificate for localhost.</summary>
    public static X509Certificate2 NewCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2090, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    /// <summary>Changes how it behaves from now on, and returns once it does.</summary>
    public Task BehaveAsync(SmtpMode mode) => BehaveAsync(mode switch
    {
        SmtpMode.Take => "take",
        SmtpMode.Slow => "slow",
        SmtpMode.Later => "later",
        SmtpMode.Never => "never",
        SmtpMode.HangAtBanner => "hang-banner",
        SmtpMode.CutAtData => "cut-data",
        _ => "hang-data",
    });

    /// <summary>Refuses every mailbox with this code from now on, and returns once it does.</summary>
    public Task RefuseAsync(int code) => BehaveAsync(string.Create(CultureInfo.InvariantCulture, $"never-{code}"));

    private async Task BehaveAsync(string word)
    {
        await _process.StandardInput.WriteLineAsync(word);
        await Eventually.TrueAsync(() => _mode == word);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        var errors = _process.StandardError.ReadToEndAsync();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var said = JsonSerializer.Deserialize<Said>(line, JsonSerializerOptions.Web)!;
            if (said.Port is { } port)
            {
                _port.TrySetResult(port);
            }

            if (said.Mode is { } mode)
            {
                _mode = mode;
            }

            if (said.Connected)
            {
                Interlocked.Increment(ref _connections);
            }

            if (said.Mail is { } mail)
            {
                _mails.Enqueue(new ReceivedMail(Convert.FromBase64String(mail), said.From!, said.To!, said.Secure, said.User!) { At = DateTimeOffset.FromUnixTimeMilliseconds(said.At) });
            }
        }

        _port.TrySetException(new InvalidOperationException("The mail server ended: " + await errors));
    }

    private static string Folder { get; } = NodePackages.FindFolder("Smtp", "server.mjs");

    private sealed record Settings(string Key, string Cert, string User, string Password, bool StartTls, bool Utf8, int Port, bool ImplicitTls, string AccessToken);

    private sealed record Said
    {
        public int? Port { get; init; }

        public string? Mode { get; init; }

        public bool Connected { get; init; }

        public string? Mail { get; init; }

        public long At { get; init; }

        public string? From { get; init; }

        public string[]? To { get; init; }

        public bool Secure { get; init; }

        public string? User { get; init; }
    }
}
