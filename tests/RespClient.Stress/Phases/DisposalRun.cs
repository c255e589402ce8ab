using RespClient.Protocol;
using RespClient.Stress.Callers;
using RespClient.Stress.Results;
using RespClient.Stress.Worlds;

namespace RespClient.Stress.Phases;

/// <summary>
/// Clients that are disposed of, one after the other, while a thousand callers use them and some wait for elements: every
/// call ends with its client, and no element is taken later.
/// </summary>
/// <param name="scene">What is done.</param>
internal sealed class DisposalRun(Scene scene)
{
    private const int Blocked = 6;

    // Shorter than any time-out of a call: what ends by that has outlived its client.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(3);

    private readonly Random _random = scene.Seed.Random("disposal");

    /// <summary>Disposes of clients until the time is over; of one at least.</summary>
    public async Task RunAsync(TimeSpan duration)
    {
        var fixtures = new Fixtures($"{scene.Seed.Name}.", scene.Seed.Random("fixtures"));
        await fixtures.WriteAsync(scene.Stage.Control);
        var until = scene.Stage.Judge.Elapsed + duration;
        for (var number = 0; scene.Stage.Judge.First is null && (number == 0 || scene.Stage.Judge.Elapsed < until); number++)
        {
            var name = $"{scene.Seed.Name}.{number}.";
            var options = PhaseRun.Options(scene.Phase, number, scene.Stage.ConnectionString, name);
            options.CommandTimeout = number % 2 == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(30);
            await using var world = await World.OpenAsync(scene, fixtures, options, name);
                await DisposeUnderLoadAsync(world, number);
        }
    }

    private async Task DisposeUnderLoadAsync(World world, int round)
    {
        var lists = Enumerable.Range(0, Blocked).Select(index => $"{world.Prefix}blocked.{index}").ToArray();
        var blocked = lists.Select(list => world.Client.ExecuteAsync(new RedisCommand("BLPOP", list, 0)).AsTask()).ToArray();
        if (!await Patience.HoldsAsync(async () => await scene.Stage.BlockedConnectionsAsync(world.Prefix) >= Blocked, Bound))
        {
            world.Fail("BLPOP", $"{Blocked} callers that are blocked", $"{await scene.Stage.BlockedConnectionsAsync(world.Prefix)}");
        }

        var callers = Enumerable.Range(0, scene.Phase.Callers).Select(number => new Caller(world, number, scene.Seed.Random((round * scene.Phase.Callers) + number))).ToArray();
        using var stopping = new CancellationTokenSource();
        var waving = world.Wave.RunAsync(scene.Seed.Random($"wave {round}"), stopping.Token);
        var calling = Task.WhenAll(callers.Select(caller => Task.Run(caller.RunAsync)));
        await Task.Delay(_random.Next(20, 300));
        var isSilent = round == 0 || _random.Next(3) > 0;
        if (isSilent)
        {
            scene.Stage.Server.Suspend();
            await Task.Delay(_random.Next(1, 60));
        }

        world.NoteDisposal();
        await DisposeAsync(world);
        await stopping.CancelAsync();
        await waving;
        if (!await Patience.EndsAsync(calling, Bound))
        {
            world.Fail("every kind", $"an end of every call within {Bound.TotalSeconds} s of the end of its client", $"some still wait: {PhaseRun.Waiting(callers)}");
        }

        if (!await Patience.EndsAsync(Task.WhenAll(blocked), Bound))
        {
            world.Fail("BLPOP", "an end with its client", $"{blocked.Count(call => !call.IsCompleted)} of {Blocked} still wait");
        }

        if (isSilent)
        {
            scene.Stage.Server.Resume();
        }

        foreach (var call in blocked)
        {
            world.Count("BLPOP", call.IsCompletedSuccessfully ? Outcome.Foreign : Outcome.Lost);
            _ = call.Exception;
        }

        await CheckAsync(world, lists);
    }

    /// <summary>In one of the ways in which clients are disposed of.</summary>
    private async Task DisposeAsync(World world)
    {
        var client = world.Client;
        Task disposing;
        switch (_random.Next(4))
        {
            case 0:
                client.Dispose();
                disposing = Task.CompletedTask;
                break;
            case 1:
                disposing = Task.WhenAll(Task.Run(async () => await client.DisposeAsync()), Task.Run(async () => await client.DisposeAsync()));
                break;
            case 2:
                disposing = DisposeInsideAsync(client);
                break;
            default:
                disposing = client.DisposeAsync().AsTask();
                break;
        }

        if (!await Patience.EndsAsync(disposing, Bound))
        {
            world.Fail("DisposeAsync", $"an end within {Bound.TotalSeconds} s", "none");
        }
    }

    /// <summary>Where a caller goes on after a reply, or after the loss of it.</summary>
    private static async Task DisposeInsideAsync(RedisClient client)
    {
        try
        {
            await client.ExecuteAsync(new RedisCommand("ECHO", "last") { Timeout = TimeSpan.FromMilliseconds(30) });
        }
        catch (RedisException)
        {
            // The server is silent.
        }

        await client.DisposeAsync();
    }

    private async Task CheckAsync(World world, string[] lists)
    {
        if (scene.Stage.Judge.First is not null)
        {
            return;
        }

        if (!await Patience.HoldsAsync(async () => await scene.Stage.OpenConnectionsAsync(world.Prefix) == 0, Bound))
        {
            world.Fail("DisposeAsync", "no connection that outlives its client", $"{await scene.Stage.OpenConnectionsAsync(world.Prefix)}");
        }

        foreach (var list in lists)
        {
            await scene.Stage.Control.ExecuteAsync(new RedisCommand("RPUSH", list, "late"));
            if ((await scene.Stage.Control.ExecuteAsync(new RedisCommand("LLEN", list))).AsInt64() != 1)
            {
                world.Fail("BLPOP", "an element that is left alone, because the caller who waited for it is gone", "it was taken");
            }
        }

        if (!await Patience.EndsAsync(world.Channels.WhenEnded(), Bound))
        {
            world.Fail("message", "an end of every subscription with its client", "none");
        }

        await ExpectRefusalAsync(world, () => world.Client.ExecuteAsync(new RedisCommand("ECHO", "late")).AsTask());
        await ExpectRefusalAsync(world, () => world.Client.ExecuteAsync(new RedisCommand("BLPOP", "late", 0)).AsTask());
        await world.CheckAsync();
    }

    private static async Task ExpectRefusalAsync(World world, Func<Task<RespValue>> call)
    {
        var late = call();
        if (!await Patience.EndsAsync(late, Bound) || late.Exception?.InnerException is not ObjectDisposedException)
        {
            world.Fail("DisposeAsync", "a refusal of every later call", late.IsCompleted ? $"{late.Exception?.InnerException?.Message ?? "a reply"}" : "a call that waits");
        }
    }
}
