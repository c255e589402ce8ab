using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TestServers;

/// <summary>
/// A real redis-server of this test's own: a free port on loopback, a folder of its own for its data, no configuration
/// file. Ends with the test.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(15);

    private readonly string[] _extraArguments;
    private Process? _process;

    private RedisServer(int port, string dataFolder, string[] extraArguments)
    {
        Port = port;
        DataFolder = dataFolder;
        _extraArguments = extraArguments;
    }

    public string Host => "127.0.0.1";

    public int Port { get; }

    public string DataFolder { get; }

    /// <summary>The unix socket the server listens on, beside its port.</summary>
    public string UnixSocket => Path.Combine(DataFolder, "redis.sock");

    /// <summary>Host and port, as the client's connection string takes them.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    /// <summary>Starts a server and waits until it answers. Arguments are redis-server's, such as <c>--appendonly yes</c>.</summary>
    public static async Task<RedisServer> StartAsync(params string[] extraArguments)
    {
        for (var attempt = 1; ; attempt++)
        {
            var folder = Directory.CreateTempSubdirectory("redis-test-").FullName;
            var server = new RedisServer(FreePort(), folder, extraArguments);
            try
            {
                await server.StartAgainAsync();
                return server;
            }
            catch (InvalidOperationException) when (attempt < 3)
            {
                // Somebody took the free port in between.
                await server.DisposeAsync();
            }
        }
    }

    /// <summary>Starts the server again on its old port with its old data.</summary>
    public async Task StartAgainAsync()
    {
        Launch();
        await UntilAnsweringAsync();
    }

    /// <summary>Starts the process without waiting until it answers.</summary>
    public void Launch()
    {
        if (_process is { HasExited: false })
        {
            throw new InvalidOperationException("The server runs already.");
        }

        var start = new ProcessStartInfo(Executable) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", Host, "--unixsocket", UnixSocket,
            "--dir", DataFolder, "--save", "", "--enable-debug-command", "local", .. _extraArguments,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException("redis-server did not start.");
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Ends the server as <c>kill -TERM</c> does: it saves what it is configured to save.</summary>
    public Task StopAsync() => EndAsync("TERM");

    /// <summary>Ends the server as a crash does.</summary>
    public Task KillAsync() => EndAsync("KILL");

    /// <summary>Freezes the process: its sockets stay open and nobody answers.</summary>
    public void Suspend() => Signal("STOP");

    /// <summary>Lets a suspended process go on.</summary>
    public void Resume() => Signal("CONT");

    /// <summary>Runs redis-cli against this server and returns what it printed.</summary>
    public async Task<string> CliAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("redis-cli") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] all = ["-h", Host, "-p", Port.ToString(CultureInfo.InvariantCulture), .. arguments];
        foreach (var argument in all)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("redis-cli did not start.");
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output.TrimEnd('\n') + await errors;
    }

    /// <summary>Starts recording every command this server executes.</summary>
    public Task<RedisMonitor> MonitorAsync() => RedisMonitor.StartAsync(Host, Port);

    public async ValueTask DisposeAsync()
    {
        await EndAsync("KILL");
        Directory.Delete(DataFolder, recursive: true);
    }

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Executable { get; } =
        new[] { "/usr/bin/redis-server", "/usr/local/bin/redis-server", "/usr/bin/valkey-server" }.FirstOrDefault(File.Exists)
        ?? "redis-server";

    private async Task UntilAnsweringAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (!await AnswersAsync())
        {
            if (_process is not { HasExited: false })
            {
                throw new InvalidOperationException($"redis-server ended before it answered on port {Port}.");
            }

            if (Stopwatch.GetElapsedTime(started) > StartTimeout)
            {
                throw new TimeoutException($"redis-server did not answer on port {Port} within {StartTimeout}.");
            }

            await Task.Delay(10);
        }
    }

    private async Task<bool> AnswersAsync()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(Host, Port);
            await socket.SendAsync("PING\r\n"u8.ToArray());
            var buffer = new byte[64];
            var length = await socket.ReceiveAsync(buffer);
            // A server that asks for a password answers too.
            return buffer.AsSpan(0, length).StartsWith("+PONG"u8) || buffer.AsSpan(0, length).StartsWith("-NOAUTH"u8);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task EndAsync(string signal)
    {
        if (_process is not { HasExited: false } process)
        {
            return;
        }

        Signal("CONT");
        Signal(signal);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    private void Signal(string signal)
    {
        if (_process is { HasExited: false } process)
        {
            using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        }
    }
}
