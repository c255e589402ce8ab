using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace TestServers;

/// <summary>Every command a server executes, in order, as MONITOR prints them.</summary>
public sealed partial class RedisMonitor : IAsyncDisposable
{
    private readonly TcpClient _connection;
    private readonly StreamReader _reader;
    private readonly string _host;
    private readonly int _port;

    private RedisMonitor(TcpClient connection, string host, int port)
    {
        _connection = connection;
        _reader = new StreamReader(connection.GetStream());
        _host = host;
        _port = port;
    }

    internal static async Task<RedisMonitor> StartAsync(string host, int port)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(host, port);
        await connection.GetStream().WriteAsync("MONITOR\r\n"u8.ToArray());
        var monitor = new RedisMonitor(connection, host, port);
        await monitor._reader.ReadLineAsync();
        return monitor;
    }

    /// <summary>
    /// What was executed since the start or the last call, without what scripts ran inside (lines tagged <c>lua</c>) and
    /// without the numbers that the client has the server repeat now and then, to see that replies are in step.
    /// Each line is the command with its arguments quoted: <c>"GET" "key"</c>.
    /// </summary>
    public async Task<IReadOnlyList<string>> CommandsAsync() =>
        [.. (await LinesAsync()).Where(line => !line.Contains(" lua] ", StringComparison.Ordinal)).Select(Command).Where(line => !Probe().IsMatch(line))];

    /// <summary>The raw lines since the start or the last call, those of scripts included.</summary>
    public async Task<IReadOnlyList<string>> LinesAsync()
    {
        // A command of our own marks the end: all that ran before it has been printed before it.
        var mark = "monitor-mark-" + Guid.NewGuid().ToString("N");
        using var other = new TcpClient();
        await other.ConnectAsync(_host, _port);
        await other.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes($"ECHO {mark}\r\n"));
        var lines = new List<string>();
        while (await _reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)) is { } line)
        {
            if (line.Contains(mark, StringComparison.Ordinal))
            {
                break;
            }

            lines.Add(line);
        }

        return lines;
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    [GeneratedRegex("^\"(PING|ECHO)\" \"[0-9]+\"$")]
    private static partial Regex Probe();

    private static string Command(string line) => line[(line.IndexOf("] ", StringComparison.Ordinal) + 2)..];
}
