using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

using RedisSessions.Tests.Hosting;

using TestServers;

namespace RedisSessions.Tests.Behaviours;

/// <summary>What was answered with 200 is kept, whatever happens to Redis or to an instance.</summary>
public sealed class RestartTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(16 * 1024 * 1024)]
    public async Task Under_load_with_redis_killed_three_times_no_request_answers_200_with_its_write_lost(long nearCacheBytes)
    {
        await using var redis = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var app = await SessionApp.StartAsync(redis.ConnectionString, o =>
        {
            o.IoTimeout = TimeSpan.FromMilliseconds(500);
            o.NearCacheBytes = nearCacheBytes;
        });
        var browsers = Enumerable.Range(0, 8).Select(_ => app.NewBrowser()).ToArray();
        foreach (var browser in browsers)
        {
            await browser.GetAsync("/count");
        }

        using var stop = new CancellationTokenSource();
        var acknowledged = new ConcurrentDictionary<int, int>();
        var load = browsers.Select((browser, i) => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var answer = await browser.GetAsync("/count");
                if (answer.Status == HttpStatusCode.OK)
                {
                    acknowledged.AddOrUpdate(i, 1, (_, n) => n + 1);
                }
                else
                {
                    Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
                    Assert.Null(answer.SetCookie);
                }
            }
        })).ToArray();
        for (var i = 0; i < 3; i++)
        {
            var before = acknowledged.Values.Sum();
            await Eventually.TrueAsync(() => acknowledged.Values.Sum() > before + 100);
            await redis.KillAsync();
            await redis.StartAgainAsync();
        }

        var last = acknowledged.Values.Sum();
        await Eventually.TrueAsync(() => acknowledged.Values.Sum() > last + 100);
        await stop.CancelAsync();
        await Task.WhenAll(load);

        foreach (var (i, count) in acknowledged)
        {
            var kept = int.Parse((await browsers[i].GetAsync("/get?k=n")).Body, CultureInfo.InvariantCulture);
            // A request that got a 503 may have been counted all the same: its outcome was unknown.
            Assert.True(kept >= count + 1, $"{count + 1} were answered with 200, {kept} are kept.");
        }
    }

    [Fact]
    public async Task A_session_lives_on_over_a_restart_of_the_instance_that_made_it()
    {
        await using var redis = await RedisServer.StartAsync();
        string? cookie;
        await using (var first = await SessionApp.StartAsync(redis.ConnectionString))
        {
            using var browser = first.NewBrowser();
            await browser.GetAsync("/set?k=a&v=1");
            await browser.GetAsync("/sign-in?user=anna");
            cookie = browser.Cookie;
        }

        await using var second = await SessionApp.StartAsync(redis.ConnectionString);
        using var again = second.NewBrowser();
        again.Cookie = cookie;

        Assert.Equal("1", (await again.GetAsync("/get?k=a")).Body);
        Assert.Equal("anna", (await again.GetAsync("/me")).Body);
    }
}
