using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Startup;

/// <summary>The first thing a newcomer runs.</summary>
public sealed partial class RunScriptTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("run-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Accounts_made_in_one_run_are_there_in_the_next_and_ctrl_c_stops_everything()
    {
        var port = RedisServer.FreePort();
        int redisPort;
        await using (var first = RunScript.Start(("PORT", Text(port)), ("DATA", _data)))
        {
            await first.ReadyAsync();
            redisPort = int.Parse(RedisAt().Match(first.Output).Groups[1].Value, CultureInfo.InvariantCulture);
            using var visit = new Visit(new Uri($"http://localhost:{port}"));
            await visit.RegisterAsync("again@example.com", "Again", "correct horse battery");

            Assert.Equal(0, await first.StopAsync());
        }

        Assert.False(Listens(port));
        Assert.False(Listens(redisPort));
        await using var second = RunScript.Start(("PORT", Text(port)), ("DATA", _data));
        await second.ReadyAsync();
        using var later = new Visit(new Uri($"http://localhost:{port}"));
        await later.OpenAsync("/signin");
        await later.SubmitAsync(("Email", "again@example.com"), ("Password", "correct horse battery"));
        Assert.Equal("/account", later.Path);
    }

    [Fact]
    public async Task With_a_redis_of_ones_own_none_is_started()
    {
        await using var redis = await RedisServer.StartAsync();
        var port = RedisServer.FreePort();
        await using var run = RunScript.Start(("PORT", Text(port)), ("DATA", _data), ("REDIS", redis.ConnectionString));

        await run.ReadyAsync();

        Assert.Contains($"Redis: {redis.ConnectionString} (yours)", run.Output, StringComparison.Ordinal);
        Assert.Contains("HEALTH", await redis.CliAsync("KEYS", "*"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_data, "redis")));
        Assert.Equal(0, await run.StopAsync("TERM"));
        Assert.Equal("PONG", (await redis.CliAsync("PING")).Trim());
    }

    [Fact]
    public async Task With_split_the_verification_service_is_a_process_of_its_own_and_the_journey_is_the_same()
    {
        var (port, verifyPort) = (RedisServer.FreePort(), RedisServer.FreePort());
        await using var run = RunScript.Start(["--split"], ("PORT", Text(port)), ("VERIFY_PORT", Text(verifyPort)), ("DATA", _data));
        await run.ReadyAsync();
        Assert.True(Listens(verifyPort));
        using var visit = new Visit(new Uri($"http://localhost:{port}"));

        await visit.RegisterAsync("split@example.com", "Split", "correct horse battery");

        Assert.Equal("/account?done=registered", visit.Path);
        Assert.Equal(0, await run.StopAsync());
        Assert.False(Listens(port));
        Assert.False(Listens(verifyPort));
    }

    [Fact]
    public async Task A_taken_port_is_told_in_one_line_with_the_way_out()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        await AssertRefusesAsync(78, $"port {port} is taken. Use another one: PORT={port + 1} ./run.sh", ("PORT", Text(port)));
    }

    [Fact]
    public async Task A_redis_that_does_not_answer_is_told_in_one_line()
    {
        var nobody = RedisServer.FreePort();

        await AssertRefusesAsync(1, $"Redis at 127.0.0.1:{nobody} does not answer", ("REDIS", $"127.0.0.1:{nobody}"));
    }

    [Fact]
    public async Task A_redis_that_wants_a_password_is_told_in_one_line_with_the_way_out()
    {
        await using var redis = await RedisServer.StartAsync("--requirepass", "secret");

        await AssertRefusesAsync(
            1,
            $"Redis at {redis.ConnectionString} wants a password: REDIS='{redis.ConnectionString},password=…' ./run.sh",
            ("REDIS", redis.ConnectionString));
    }

    [Fact]
    public async Task A_missing_sdk_is_told_in_one_line_with_the_address_to_get_it()
    {
        // Every program of the machine but dotnet.
        var programs = Directory.CreateDirectory(Path.Combine(_data, "bin")).FullName;
        foreach (var program in Directory.EnumerateFiles("/usr/bin").Where(file => Path.GetFileName(file) != "dotnet"))
        {
            File.CreateSymbolicLink(Path.Combine(programs, Path.GetFileName(program)), program);
        }

        await AssertRefusesAsync(
            1,
            "the .NET 10 SDK is missing. Get it from https://dotnet.microsoft.com/download/dotnet/10.0", ("PATH", programs), ("HOME", _data));
    }

    [Fact]
    public async Task An_application_that_does_not_get_ready_is_told_in_one_line_and_everything_is_stopped()
    {
        await using var redis = await RedisServer.StartAsync();
        var port = RedisServer.FreePort();
        await using var run = RunScript.Start(
            ("REDIS", redis.ConnectionString), ("PORT", Text(port)), ("DATA", _data), ("READY_SECONDS", "3"));
        // Falls silent after the script has looked at it.
        await Eventually.TrueAsync(() => run.Output.Contains("(yours)", StringComparison.Ordinal));
        redis.Suspend();

        Assert.Equal(1, await run.ExitAsync());
        redis.Resume();

        Assert.StartsWith("run.sh: the application did not get ready within 3 seconds", Assert.Single(run.Complaints), StringComparison.Ordinal);
        Assert.DoesNotContain("is ready", run.Output, StringComparison.Ordinal);
        Assert.False(Listens(port));
    }

    [Theory]
    [InlineData("PORT", "http", "PORT is 'http'; allowed: 1 to 65535")]
    [InlineData("PORT", "99999", "PORT is '99999'; allowed: 1 to 65535")]
    [InlineData("PORT", "0", "PORT is '0'; allowed: 1 to 65535")]
    [InlineData("VERIFY_PORT", "1e3", "VERIFY_PORT is '1e3'; allowed: 1 to 65535")]
    [InlineData("READY_SECONDS", "0", "READY_SECONDS is '0'; allowed: a whole number from 1 to 999999")]
    [InlineData("REDIS", "secret", "REDIS must be host:port, with options behind it (host:port,password=…), or a URL such as redis://host:port")]
    [InlineData("REDIS", "localhost:65536", "the port in REDIS is 65536; allowed: 1 to 65535")]
    public Task A_setting_out_of_range_is_told_in_one_line_and_is_exit_code_78(string name, string value, string line) =>
        AssertRefusesAsync(78, line, (name, value));

    [Fact]
    public async Task A_redis_given_as_a_url_is_used_and_its_password_is_not_shown()
    {
        await using var redis = await RedisServer.StartAsync("--requirepass", "se,cret");
        var port = RedisServer.FreePort();
        await using var run = RunScript.Start(
            ("PORT", Text(port)), ("DATA", _data), ("REDIS", $"redis://:se%2Ccret@{redis.ConnectionString}/0?abortConnect=true"));

        await run.ReadyAsync();

        Assert.Contains($"Redis: {redis.ConnectionString}/0 (yours)", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("cret", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_says_what_there_is_and_starts_nothing()
    {
        await using var run = RunScript.Start(["--help"], ("DATA", _data));

        Assert.Equal(0, await run.ExitAsync());

        await Eventually.TrueAsync(() => run.Output.Contains("./run.sh --split", StringComparison.Ordinal));
        Assert.DoesNotContain("Building", run.Output, StringComparison.Ordinal);
    }

    private async Task AssertRefusesAsync(int exitCode, string line, params (string, string)[] environment)
    {
        await using var run = RunScript.Start([("DATA", _data), ("PORT", Text(RedisServer.FreePort())), .. environment]);

        Assert.Equal(exitCode, await run.ExitAsync());
        Assert.Equal("run.sh: " + line, Assert.Single(run.Complaints));
        Assert.DoesNotContain("is ready", run.Output, StringComparison.Ordinal);
    }

    private static bool Listens(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Redis: 127\.0\.0\.1:(\d+)")]
    private static partial Regex RedisAt();
}
