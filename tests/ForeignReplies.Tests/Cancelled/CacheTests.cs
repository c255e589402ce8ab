using System.Text;

using ForeignReplies.Tests.Results;

using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Options;

using RedisSessions.Caching;

using RespClient;

using TestServers;

namespace ForeignReplies.Tests.Cancelled;

/// <summary>The distributed cache as handlers use it that pass <c>RequestAborted</c> on.</summary>
public sealed class CacheTests
{
    private const int Callers = 400;
    private static readonly int Calls = Seed.IsLongRun ? 2_000_000 : 30_000;

    [Fact]
    public async Task Callers_who_give_up_never_make_the_cache_answer_another_key_over_two_instances()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var other = await RedisClient.ConnectAsync(server.ConnectionString);
        IDistributedCache[] caches = [CacheOver(one), CacheOver(other)];
        var run = new CancelledRun();
        for (var caller = 0; caller < Callers; caller++)
        {
            await WriteAsync(caches[0], caller, 0, CancellationToken.None);
        }

        await run.CallAsync(Callers, Calls, async (caller, random) =>
        {
            try
            {
                var cache = caches[random.Next(caches.Length)];
                await new Impatience(random, share: 0.3).CallAsync(
                    token => random.Next(5) == 0 ? WriteAsync(cache, caller, random.Next(1000), token) : ReadAsync(run.Tally, cache, caller, token));
            }
            catch (OperationCanceledException)
            {
                run.Tally.Add(Verdict.Refused);
            }
            catch (Exception e) when (e is RedisException or InvalidCastException or InvalidOperationException)
            {
                run.Tally.Add(Verdict.Broken, $"key-{caller}: {e.Message}");
            }
        });

        run.Check(Calls);
    }

    private static RedisSessionCache CacheOver(RedisClient client) => new(client, Options.Create(new RedisSessionCacheOptions()));

    private static Task WriteAsync(IDistributedCache cache, int caller, int number, CancellationToken token) =>
        cache.SetAsync($"key-{caller}", Encoding.UTF8.GetBytes($"key-{caller}={number}"), new DistributedCacheEntryOptions(), token);

    private static async Task ReadAsync(Tally tally, IDistributedCache cache, int caller, CancellationToken token)
    {
        var value = await cache.GetAsync($"key-{caller}", token);
        tally.Compare($"key-{caller}", value is null ? null : Encoding.UTF8.GetString(value).Split('=')[0], "read");
    }
}
