using System.Collections.Concurrent;
using System.Diagnostics;

using RespClient.Stress.Phases;
using RespClient.Stress.Results;
using RespClient.Stress.Worlds;

using TestServers;

namespace RespClient.Stress;

/// <summary>
/// Thousands of callers of one client, who cancel, time out, lose their connections and their client, against a real
/// server: whatever happens, each gets what is its own or an error that says so. Every value names its key, every reply is
/// compared, every element and every commit is accounted for. The first failure ends the run.
/// </summary>
/// <param name="options">How long, from which seed, which phases.</param>
/// <param name="progress">Told about each phase.</param>
public sealed class StressRun(StressOptions options, Action<string> progress)
{
    // Long runs come to each phase many times, with other choices and other options.
    private static readonly TimeSpan LongestRound = TimeSpan.FromMinutes(1);

    private readonly Phase[] _phases =
    [
        .. PhaseTable.All.Where(phase =>
            (options.Phases.Count == 0 || options.Phases.Any(name => phase.Name.Contains(name, StringComparison.OrdinalIgnoreCase)))
            && !options.Without.Any(name => phase.Name.Contains(name, StringComparison.OrdinalIgnoreCase))),
    ];

    public async Task<StressReport> RunAsync()
    {
        await using var server = await RedisServer.StartAsync();
        await using var control = await RedisClient.ConnectAsync(new RedisClientOptions
        {
            ConnectionString = server.ConnectionString,
            CommandTimeout = TimeSpan.FromMinutes(1),
            HeartbeatInterval = TimeSpan.FromMinutes(2),
        });
        using var judge = new Judge(options.Seed);
        var stage = new Stage(server, options.ConnectThrough?.Invoke(server) ?? server.ConnectionString, control, judge);
        var report = new StressReport(options.Seed);
        var length = options.Duration < LongestRound ? options.Duration : LongestRound;
        var weights = _phases.Sum(phase => phase.Weight);
        for (var round = 0; judge.First is null && (round == 0 || judge.Elapsed < options.Duration); round++)
        {
            for (var index = 0; index < _phases.Length && judge.First is null; index++)
            {
                report.Add(await RunAsync(stage, index, round, length * (_phases[index].Weight / weights)));
                report.Duration = judge.Elapsed;
                progress($"{judge.Elapsed.TotalSeconds,7:0.0} s  {report.Phases[^1].Phase}");
            }

            await control.ExecuteAsync(new RedisCommand("FLUSHALL"));
        }

        report.Failures = judge.Failures;
        return report;
    }

    private async Task<PhaseResult> RunAsync(Stage stage, int index, int round, TimeSpan duration)
    {
        var phase = _phases[index];
        var from = Stopwatch.GetTimestamp();
        var connections = await stage.ConnectionsAsync();
        var kinds = new ConcurrentDictionary<string, Counts>();
        var scene = new Scene(stage, phase, new Seed(options.Seed, round, index), kinds);
        await (phase.DisposesOfClients ? new DisposalRun(scene).RunAsync(duration) : new PhaseRun(scene).RunAsync(duration));
        return new PhaseResult(phase.Name, phase.Callers, Stopwatch.GetElapsedTime(from), await stage.ConnectionsAsync() - connections, kinds);
    }
}
