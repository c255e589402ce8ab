using System.Collections.Concurrent;
using System.Globalization;

using TestServers;
using TestServers.Proxy;

namespace RespClient.Tests.Faults.Network;

/// <summary>
/// A counter at the server is the judge: each command counts up a key of its own. Answered: exactly once. Not sent:
/// never. Outcome unknown: once or not at all. Twice: never, whatever the network did.
/// </summary>
public sealed class ExactlyOnceTests
{
    private static readonly bool IsLongRun = Environment.GetEnvironmentVariable("LONG_RUN") == "1";

    [Fact]
    public async Task Nothing_runs_twice_and_no_reply_goes_astray_while_the_network_is_reset_under_load()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = FaultProxy.Start(server.Port);
        await PlayAsync(server, proxy.ConnectionString, callers: 50, async running =>
        {
            var random = new Random(7);
            while (!running.IsCancellationRequested)
            {
                switch (random.Next(4))
                {
                    case 0:
                        proxy.ResetAll();
                        break;
                    case 1:
                        proxy.CutAfter(random.Next(1, 4000), random.Next(2) == 0 ? Direction.ToClient : Direction.ToServer);
                        break;
                    case 2:
                        proxy.Trickle(random.Next(1, 200), TimeSpan.FromMilliseconds(1));
                        break;
                    default:
                        proxy.Delay(TimeSpan.FromMilliseconds(random.Next(1, 20)));
                        break;
                }

                await Task.Delay(random.Next(10, 60), CancellationToken.None);
                proxy.Heal();
                await Task.Delay(random.Next(10, 40), CancellationToken.None);
            }
        });
    }

    /// <summary>Every 50 ms; for a minute with <c>LONG_RUN=1</c>.</summary>
    [Fact]
    public async Task Nothing_runs_twice_and_no_reply_goes_astray_while_the_server_kills_its_clients()
    {
        await using var server = await RedisServer.StartAsync();
        await PlayAsync(server, server.ConnectionString, callers: 50, async running =>
        {
            await using var killer = await RedisClient.ConnectAsync(server.ConnectionString, CancellationToken.None);
            while (!running.IsCancellationRequested)
            {
                await killer.ExecuteAsync(
                    new RedisCommand("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"), CancellationToken.None);
                await Task.Delay(50, CancellationToken.None);
            }
        });
    }

    [Fact]
    public async Task Nothing_runs_twice_while_the_server_crashes_and_starts_again()
    {
        await using var server = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await PlayAsync(server, server.ConnectionString, callers: 20, async running =>
        {
            while (!running.IsCancellationRequested)
            {
                await Task.Delay(300, CancellationToken.None);
                await server.KillAsync();
                await server.StartAgainAsync();
            }
        });
    }

    private static async Task PlayAsync(RedisServer server, string connectionString, int callers, Func<CancellationToken, Task> makeTrouble)
    {
        var options = new RedisClientOptions { ConnectionString = connectionString, CommandTimeout = TimeSpan.FromSeconds(2) };
        await using var client = await RedisClient.ConnectAsync(options);
        using var running = new CancellationTokenSource(TimeSpan.FromSeconds(IsLongRun ? 60 : 4));
        var trouble = Task.Run(() => makeTrouble(running.Token));
        var outcomes = new ConcurrentDictionary<string, CommandOutcome?>();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (var number = 0; !running.IsCancellationRequested; number++)
            {
                var key = string.Create(CultureInfo.InvariantCulture, $"once:{caller}:{number}");
                outcomes[key] = await CountUpAsync(client, key);
            }
        })));
        await trouble;
        await CheckAsync(server, outcomes);
    }

    /// <summary>Counts a key up and reads its name back through the same script: a stray reply shows.</summary>
    private static async Task<CommandOutcome?> CountUpAsync(RedisClient client, string key)
    {
        try
        {
            var reply = await client.ExecuteAsync(new RedisCommand(
                "EVAL", "return {KEYS[1], redis.call('INCR', KEYS[1])}", 1, key));
            Assert.Equal(key, reply.Items[0].AsString());
            Assert.Equal(1, reply.Items[1].AsInt64());
            return null;
        }
        catch (RedisException e)
        {
            if (e.Outcome == CommandOutcome.NotSent)
            {
                // Nothing to hurry for: the backlog is full or nobody is there.
                await Task.Delay(5);
            }

            return e.Outcome;
        }
    }

    private static async Task CheckAsync(RedisServer server, ConcurrentDictionary<string, CommandOutcome?> outcomes)
    {
        // The judge has time: what a busy machine does to him is not what is judged.
        await using var judge = await RedisClient.ConnectAsync(
            new RedisClientOptions { ConnectionString = server.ConnectionString, CommandTimeout = TimeSpan.FromMinutes(1) });
        var counts = new Dictionary<string, long>();
        foreach (var keys in outcomes.Keys.Chunk(1000))
        {
            var values = await judge.ExecuteAsync(new RedisCommand("MGET", [.. keys.Select(key => (RedisArgument)key)]));
            for (var index = 0; index < keys.Length; index++)
            {
                counts[keys[index]] = values.Items[index].IsNull ? 0 : values.Items[index].AsInt64();
            }
        }

        Assert.DoesNotContain(counts, count => count.Value > 1);
        Assert.DoesNotContain(outcomes, outcome => outcome.Value is null && counts[outcome.Key] != 1);
        Assert.DoesNotContain(outcomes, outcome => outcome.Value is CommandOutcome.NotSent or CommandOutcome.Refused && counts[outcome.Key] != 0);

        // The trouble was real, and work went on in it.
        Assert.Contains(outcomes, outcome => outcome.Value is CommandOutcome.OutcomeUnknown);
        Assert.True(outcomes.Count(outcome => outcome.Value is null) > 100, "Hardly anything was answered.");
    }
}
