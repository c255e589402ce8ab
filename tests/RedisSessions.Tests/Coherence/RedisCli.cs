using System.Diagnostics;
using System.Globalization;

using TestServers;

namespace RedisSessions.Tests.Coherence;

/// <summary>One redis-cli that stays, fed line by line: somebody who writes past every rule of this library.</summary>
internal sealed class RedisCli : IAsyncDisposable
{
    private readonly Process _process;

    public RedisCli(RedisServer server)
    {
        var start = new ProcessStartInfo("redis-cli", ["-p", server.Port.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
    }

    /// <summary>The one line of the answer. One command at a time.</summary>
    public async Task<string> AskAsync(string command)
    {
        await _process.StandardInput.WriteAsync(command + "\n");
        await _process.StandardInput.FlushAsync();
        return await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("redis-cli has ended.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
