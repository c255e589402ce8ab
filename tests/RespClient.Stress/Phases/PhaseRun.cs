using RespClient.Protocol;
using RespClient.Stress.Callers;
using RespClient.Stress.Results;
using RespClient.Stress.Troubles;
using RespClient.Stress.Worlds;

using TestServers.Proxy;

namespace RespClient.Stress.Phases;

/// <summary>One client and its callers, for some time; then everything is accounted for.</summary>
/// <param name="scene">What is done.</param>
internal sealed class PhaseRun(Scene scene)
{
    // Every call has a time-out of 5 s or less.
    private static readonly TimeSpan EndBound = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan CloseBound = TimeSpan.FromSeconds(10);

    private readonly string _prefix = $"{scene.Seed.Name}.";

    public async Task RunAsync(TimeSpan duration)
    {
        var fixtures = new Fixtures(_prefix, scene.Seed.Random("fixtures"));
        await fixtures.WriteAsync(scene.Stage.Control);
        await using var proxy = scene.Phase.Trouble.HasFlag(Trouble.Network) ? FaultProxy.Start(scene.Stage.Server.Port) : null;
        var options = Options(scene.Phase, scene.Seed.Round, proxy?.ConnectionString ?? scene.Stage.ConnectionString, _prefix);
        await using var world = await World.OpenAsync(scene, fixtures, options, _prefix);
        await CallAsync(world, proxy, duration);
        if (scene.Stage.Judge.First is null)
        {
            await EndAsync(world);
        }
        else
        {
            // What has failed may hang as well.
            world.NoteDisposal();
            await Patience.EndsAsync(world.Client.DisposeAsync().AsTask(), CloseBound);
        }
    }

    /// <summary>Options that differ from round to round, so that each phase runs with all of them.</summary>
    public static RedisClientOptions Options(Phase phase, int round, string connectionString, string name)
    {
        var variant = round + phase.Name.Length;
        var options = new RedisClientOptions
        {
            ConnectionString = connectionString,
            ClientName = name,
            AbortOnConnectFail = false,
            RetriesReads = variant % 2 == 0,
            Protocol = variant % 3 == 0 ? 2 : 3,

            // A machine that stands still for some seconds is no lost connection.
            HeartbeatInterval = TimeSpan.FromMinutes(1),
            ReplyLimits = new RespLimits { MaxBulkBytes = Fixtures.Limit },
        };
        phase.Configure(options);
        return options;
    }

    private async Task CallAsync(World world, FaultProxy? proxy, TimeSpan duration)
    {
        var callers = Enumerable.Range(0, scene.Phase.Callers).Select(number => new Caller(world, number, scene.Seed.Random(number))).ToArray();
        using var stopping = new CancellationTokenSource();
        var others = Task.WhenAll(
            new Disturbance(scene.Stage.Control, proxy, scene.Seed.Random("trouble")).RunAsync(scene.Phase.Trouble, stopping.Token),
            world.Wave.RunAsync(scene.Seed.Random("wave"), stopping.Token));
        var calling = Task.WhenAll(callers.Select(caller => Task.Run(caller.RunAsync)));
        await Task.WhenAny(calling, Task.Delay(duration, scene.Stage.Judge.Stopped));
        world.Stop();
        await stopping.CancelAsync();
        await others;
        if (await Patience.EndsAsync(calling, scene.Stage.Judge.First is null ? EndBound : CloseBound))
        {
            await calling;
        }
        else
        {
            world.Fail("every kind", $"an end of every call within {EndBound.TotalSeconds} s of the last", $"some still wait: {Waiting(callers)}");
        }
    }

    private async Task EndAsync(World world)
    {
        if (!await Patience.HoldsAsync(async () => await scene.Stage.BlockedConnectionsAsync(_prefix) == 0, CloseBound))
        {
            world.Fail("BLPOP", "no connection that waits for an element when its caller has gone", $"{await scene.Stage.BlockedConnectionsAsync(_prefix)}");
        }

        await world.CheckAsync();
        await world.Channels.EndAsync();
        world.NoteDisposal();
        if (!await Patience.EndsAsync(world.Client.DisposeAsync().AsTask(), CloseBound))
        {
            world.Fail("DisposeAsync", $"an end within {CloseBound.TotalSeconds} s", "none");
        }

        if (!await Patience.EndsAsync(world.Channels.WhenEnded(), CloseBound))
        {
            world.Fail("message", "an end of every subscription with its client", "none");
        }

        if (!await Patience.HoldsAsync(async () => await scene.Stage.OpenConnectionsAsync(_prefix) == 0, CloseBound))
        {
            world.Fail("DisposeAsync", "no connection that outlives its client", $"{await scene.Stage.OpenConnectionsAsync(_prefix)}");
        }
    }

    /// <summary>What callers wait for, such as <c>3 × GET, 1 × BLPOP</c>.</summary>
    public static string Waiting(IEnumerable<Caller> callers) => string.Join(
        ", ", callers.Select(caller => caller.WaitsFor).Where(kind => kind is not null).GroupBy(kind => kind).Select(group => $"{group.Count()} × {group.Key}"));
}
