using System.Diagnostics;

using RedisSessionWeb.Tests.Architecture;
using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Startup;

/// <summary>In Production the application refuses to start with what is unsafe, and names the key.</summary>
public sealed class ProductionTests
{
    private const string Key = "Verification:Keys:0=a:q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80=";

    private static readonly string[] Safe = [Key, "Smtp:Host=mail.example.com", "Smtp:From=site@example.com"];

    [Theory]
    [InlineData("Verification:Keys", "Verification:Keys:0=")]
    [InlineData("Verification:Keys:0", "Verification:Keys:0=change-me")]
    [InlineData("Verification:DevelopmentMailbox", "Verification:DevelopmentMailbox=true")]
    [InlineData("Verification:SendsPerHour", "Verification:SendsPerHour=0")]
    [InlineData("Verification:TriesPerCode", "Verification:TriesPerCode=0")]
    [InlineData("Verification:CoolDown", "Verification:CoolDown=00:00:00")]
    [InlineData("Smtp:StartTls", "Smtp:StartTls=false")]
    [InlineData("Smtp:Host", "Smtp:Host=")]
    [InlineData("Inspector:Admins:0", "Inspector:Admins:0=*")]
    [InlineData("Inspector:Admins:0", "Inspector:Admins:0=admin")]
    [InlineData("Accounts:HashIterations", "Accounts:HashIterations=1000")]
    [InlineData("Sessions:MaxAge", "Sessions:MaxAge=00:00:00")]
    [InlineData("Proxies has", "Proxies:0=everywhere")]
    [InlineData("Redis:ConnectionString has an option 'foo'", "Redis:ConnectionString=foo=1")]
    [InlineData("Redis:ConnectionString has a value of ssl that is not allowed; allowed: true and false", "Redis:ConnectionString=h,ssl=maybe")]
    [InlineData("Redis:ConnectionString has an end point", "Redis:ConnectionString=:99999")]
    [InlineData("Redis:ConnectionString is not a URL", "Redis:ConnectionString=redis://h:notaport")]
    [InlineData("Redis:ConnectionString is empty", "Redis:ConnectionString=")]
    [InlineData("ConnectionStrings:Redis has an option 'foo'", "ConnectionStrings:Redis=foo=1")]
    [InlineData("Redis:Client is 'ioredis'; allowed: RespClient, StackExchange.Redis", "Redis:Client=ioredis")]
    [InlineData("Redis:ConnectionString is empty", "role=verify", "Redis:ConnectionString=")]
    [InlineData("Redis:ConnectionString is empty", "role=move-accounts", "Redis:ConnectionString=")]
    [InlineData("Sessions:MaxAge is 'abc'; allowed: a time", "Sessions:MaxAge=abc")]
    [InlineData("Sessions:RenewAfter is 'abc'; allowed: a time", "Sessions:RenewAfter=abc")]
    [InlineData("Sessions:MaxSize is '1k'; allowed: a whole number", "Sessions:MaxSize=1k")]
    [InlineData("Sessions:WhenUnavailable is 'Foo'; allowed: Respond503, RunWithoutSession", "Sessions:WhenUnavailable=Foo")]
    [InlineData("Sessions:Cookie:SameSite is 'Foo'; allowed: None, Lax, Strict, Unspecified", "Sessions:Cookie:SameSite=Foo")]
    [InlineData("Sessions:Cookie:Path is 'app'; allowed:", "Sessions:Cookie:Path=app")]
    [InlineData("Smtp:Port is 'abc'; allowed: a whole number", "Smtp:Port=abc")]
    [InlineData("Verification:Captcha:Image is 'maybe'; allowed: true or false", "Verification:Captcha:Image=maybe")]
    [InlineData("Logging:LogLevel has 'Loud'; allowed: Trace", "Logging:LogLevel:Default=Loud")]
    [InlineData("--role is 'other'; allowed: web", "role=other")]
    [InlineData("Verification:Grpc:Secret", "Verification:Grpc:Enabled=true", "Verification:Grpc:Address=0.0.0.0")]
    [InlineData("Verification:Grpc:Secret", "role=verify", "Verification:Grpc:Address=0.0.0.0")]
    [InlineData("Verification:RemoteSecret", "Verification:Remote=http://10.0.0.1:50051")]
    [InlineData("Sms:Countries", "Sms:Enabled=true")]
    [InlineData("Sms:Endpoint", "Sms:Enabled=true", "Sms:Countries:0=DE")]
    [InlineData("Sms:Endpoint", "Sms:Enabled=true", "Sms:Countries:0=DE", "Sms:From=x", "Sms:Endpoint=http://provider.example.com/")]
    [InlineData("Sms:From", "Sms:Enabled=true", "Sms:Countries:0=DE", "Sms:Endpoint=https://provider.example.com/")]
    public async Task An_unsafe_setting_is_refused_in_lines_that_name_its_key(string key, params string[] settings)
    {
        var (exitCode, errors) = await RunAsync([.. Safe, .. settings]);

        Assert.Equal(78, exitCode);
        Assert.Contains(errors, line => line.StartsWith("RedisSessionWeb: ", StringComparison.Ordinal) && line.Contains(key, StringComparison.Ordinal));
        Assert.DoesNotContain(errors, line => line.TrimStart().StartsWith("at ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("urls=abc")]
    [InlineData("urls=http://127.0.0.1:99999")]
    [InlineData("urls=https://127.0.0.1:0")]
    [InlineData("urls=http://127.0.0.1:0/path")]
    [InlineData("Kestrel:Endpoints:Main:Url=abc")]
    public async Task An_address_that_cannot_be_listened_on_is_told_in_one_line(string setting)
    {
        await using var redis = await RedisServer.StartAsync();

        var (exitCode, errors) = await RunAsync([.. Safe, $"Redis:ConnectionString={redis.ConnectionString}", setting]);

        Assert.Equal(78, exitCode);
        Assert.StartsWith("RedisSessionWeb: The address to listen on (urls, or Kestrel:Endpoints) cannot be used: ", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_in_one_line()
    {
        await using var redis = await RedisServer.StartAsync();

        var (exitCode, errors) = await RunAsync([.. Safe, $"Redis:ConnectionString={redis.ConnectionString}", $"urls=http://{redis.ConnectionString}"]);

        Assert.Equal(78, exitCode);
        Assert.Contains("address already in use", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_several_settings_depend_on_is_told_once_when_it_is_missing()
    {
        var (_, errors) = await RunAsync([.. Safe[1..]]);

        Assert.Single(errors, line => line.Contains("Verification:Keys", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("RespClient")]
    [InlineData("StackExchange.Redis")]
    public async Task A_redis_that_is_away_is_told_in_one_line_at_start(string client)
    {
        var (exitCode, errors) = await RunAsync([.. Safe, $"Redis:ConnectionString=127.0.0.1:{RedisServer.FreePort()}", "Redis:Client=" + client]);

        Assert.Equal(69, exitCode);
        Assert.StartsWith("RedisSessionWeb: Redis does not answer", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_ends_with_the_exit_code_and_the_lines_of_its_faults_and_no_stack()
    {
        var (exitCode, errors) = await RunProcessAsync([.. Safe, "Sessions:MaxAge=abc"]);

        Assert.Equal(78, exitCode);
        Assert.StartsWith("RedisSessionWeb: Sessions:MaxAge is 'abc'; allowed: a time", Assert.Single(errors), StringComparison.Ordinal);
    }

    private static string[] Arguments(string[] settings) =>
        [.. new[] { "environment=Production", "urls=http://127.0.0.1:0" }.Concat(settings).Select(setting => "--" + setting)];

    /// <summary>Runs the program in this process.</summary>
    private static async Task<(int ExitCode, string[] Errors)> RunAsync(string[] settings)
    {
        await using var errors = new StringWriter();
        var exitCode = await Program.RunAsync([.. Arguments(settings), "--contentRoot=" + SourceTree.Root, RunningApp.WithoutWatching], TextWriter.Null, errors);
        return (exitCode, errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Runs it as an operator does, until it ends.</summary>
    private static async Task<(int ExitCode, string[] Errors)> RunProcessAsync(string[] settings)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = SourceTree.Root,
        };
        start.ArgumentList.Add(typeof(Program).Assembly.Location);
        foreach (var argument in Arguments(settings))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.DoesNotContain("   at ", await output, StringComparison.Ordinal);
        return (process.ExitCode, errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
