using System.Diagnostics;
using System.Globalization;

using TestServers;

namespace RedisSessionWeb.Tests.Host;

/// <summary>The application as a process of its own, which can be killed.</summary>
internal sealed class AppProcess : IAsyncDisposable
{
    // A start takes a second of a processor, and a busy machine has none to spare.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    private AppProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>Starts the built program in Development and waits until it is ready.</summary>
    /// <param name="folder">Where the program is.</param>
    /// <param name="workingDirectory">Where it is started.</param>
    /// <param name="redis">What <c>Redis:ConnectionString</c> says.</param>
    /// <param name="settings">Further settings, each <c>Section:Key=value</c>.</param>
    public static Task<AppProcess> StartAsync(string folder, string workingDirectory, string redis, params string[] settings) =>
        StartAsync(folder, workingDirectory, redis, mostThreads: null, settings);

    /// <summary>As the other one, with so many threads in its pool and no more.</summary>
    public static async Task<AppProcess> StartAsync(string folder, string workingDirectory, string redis, int? mostThreads, string[] settings)
    {
        var address = new Uri($"http://127.0.0.1:{RedisServer.FreePort()}");
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = workingDirectory, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments = [$"urls={address}", "environment=Development", "Redis:ConnectionString=" + redis, .. settings];
        start.ArgumentList.Add(Path.Combine(folder, "RedisSessionWeb.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add("--" + argument);
        }

        if (mostThreads is { } threads)
        {
            start.Environment["DOTNET_ThreadPool_ForceMinWorkerThreads"] = start.Environment["DOTNET_ThreadPool_ForceMaxWorkerThreads"] =
                threads.ToString("x", CultureInfo.InvariantCulture);
        }

        var app = new AppProcess(Process.Start(start)!, address);
        _ = app._process.StandardOutput.ReadToEndAsync();
        _ = app._process.StandardError.ReadToEndAsync();
        using var client = new HttpClient { BaseAddress = address };
        var started = Stopwatch.GetTimestamp();
        while (!await IsReadyAsync(client))
        {
            if (app._process.HasExited || Stopwatch.GetElapsedTime(started) > Patience)
            {
                await app.DisposeAsync();
                throw new InvalidOperationException("The application did not get ready.");
            }

            await Task.Delay(20);
        }

        return app;
    }

    /// <summary>SIGKILL: nothing in the process gets to run any more.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            return (await client.GetAsync("/healthz/ready")).IsSuccessStatusCode;
        }
        catch (Exception e) when (CutOff.Is(e))
        {
            return false;
        }
    }
}
