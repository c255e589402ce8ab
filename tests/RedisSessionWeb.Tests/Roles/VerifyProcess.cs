using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

using RedisSessionWeb.Tests.Architecture;

using TestServers;
using TestServers.Smtp;

namespace RedisSessionWeb.Tests.Roles;

/// <summary>The verification service as its operators run it: the program itself, <c>--role verify</c>, a process of its own.</summary>
internal sealed class VerifyProcess : IAsyncDisposable
{
    private readonly Process _process;

    private VerifyProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public bool IsAlive => !_process.HasExited;

    /// <summary>Starts it over a Redis and a mail server, and waits until it serves.</summary>
    public static async Task<VerifyProcess> StartAsync(string redis, SmtpServer smtp)
    {
        var port = RedisServer.FreePort();
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = SourceTree.Root,
        };
        string[] arguments =
        [
            "--role=verify", "--environment=Development", "--Redis:ConnectionString=" + redis,
            string.Create(CultureInfo.InvariantCulture, $"--Verification:Grpc:Port={port}"), "--Smtp:Host=localhost",
            string.Create(CultureInfo.InvariantCulture, $"--Smtp:Port={smtp.Port}"), "--Smtp:StartTls=false", "--Smtp:From=codes@example.org",
        ];
        start.ArgumentList.Add(typeof(Program).Assembly.Location);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        await Eventually.TrueAsync(() => process.HasExited || Listens(port));
        return process.HasExited ? throw new InvalidOperationException("The verification service did not start.") : new VerifyProcess(process, port);
    }

    public async ValueTask DisposeAsync()
    {
        if (IsAlive)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static bool Listens(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
