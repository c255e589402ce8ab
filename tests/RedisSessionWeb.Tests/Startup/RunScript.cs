using System.Collections.Concurrent;
using System.Diagnostics;

using RedisSessionWeb.Tests.Architecture;

namespace RedisSessionWeb.Tests.Startup;

/// <summary>One run of <c>run.sh</c>, as a newcomer starts it.</summary>
internal sealed class RunScript : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private RunScript(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Output => string.Join('\n', _output);

    /// <summary>What the script itself has to say about a failure.</summary>
    public IEnumerable<string> Complaints => _output.Where(line => line.StartsWith("run.sh: ", StringComparison.Ordinal));

    public static RunScript Start(params (string Name, string Value)[] environment) => Start([], environment);

    public static RunScript Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Path.Combine(SourceTree.Root, "run.sh"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // From another folder: the script finds its own.
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var name in (string[])["REDIS", "PORT", "VERIFY_PORT", "READY_SECONDS", "DATA", "ASPNETCORE_ENVIRONMENT", "ASPNETCORE_URLS"])
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new RunScript(Process.Start(start)!);
    }

    /// <summary>Waits until it says that the application is ready.</summary>
    public async Task ReadyAsync()
    {
        var waiting = Stopwatch.StartNew();
        while (!Output.Contains("is ready", StringComparison.Ordinal))
        {
            Assert.False(_process.HasExited, Output);
            Assert.True(waiting.Elapsed < Patience, Output);
            await Task.Delay(50);
        }
    }

    /// <summary>Ctrl-C, or <c>kill</c>, as a terminal sends it.</summary>
    public async Task<int> StopAsync(string signal = "INT")
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        return await ExitAsync();
    }

    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await StopAsync("TERM");
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
        }
    }
}
