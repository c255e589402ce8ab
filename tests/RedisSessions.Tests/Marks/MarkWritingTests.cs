using System.Text;

using Microsoft.Extensions.Options;

using RedisSessions.Caching;
using RedisSessions.Redis;
using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Marks;

/// <summary>Whatever writes a record leaves it with the mark of its own key and version, in the same command.</summary>
public sealed class MarkWritingTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Theory]
    [InlineData("/set?k=a&v=2")]
    [InlineData("/remove?k=a")]
    [InlineData("/count")]
    [InlineData("/refresh")]
    [InlineData("/renew")]
    [InlineData("/sign-in?user=anna")]
    public async Task Every_write_and_every_move_leaves_a_record_that_names_its_own_key(string path)
    {
        foreach (var nearCacheBytes in (int[])[0, 16 * 1024 * 1024])
        {
            await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o => o.NearCacheBytes = nearCacheBytes);
            using var browser = app.NewBrowser();
            await browser.GetAsync("/set?k=a&v=1");
            await AssertIsMarkedAsync(browser, version: "1");

            await browser.GetAsync(path);

            await AssertIsMarkedAsync(browser, version: "2");
        }
    }

    [Fact]
    public async Task A_sign_in_without_a_session_before_makes_a_record_that_names_its_own_key()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();

        await browser.GetAsync("/sign-in?user=anna");

        await AssertIsMarkedAsync(browser, version: "1");
    }

    [Theory]
    [InlineData("HSET", "old", "1")]
    [InlineData("SADD", "old", "1")]
    public async Task A_new_record_takes_over_nothing_that_lay_under_its_key(string command, params string[] arguments)
    {
        await using var client = await RespClient.RedisClient.ConnectAsync(redis.Server.ConnectionString);
        IFieldCache cache = new RedisSessionCache(client, Options.Create(new RedisSessionCacheOptions()));
        var key = "SESSION:" + Guid.NewGuid().ToString("N");
        await redis.Server.CliAsync([command, key, .. arguments]);

        await cache.CreateAsync(new FieldWrite { Key = key, TimeToLive = TimeSpan.FromHours(1) }, null, TestContext.Current.CancellationToken);

        Assert.Equal("@created,@mark,@renewed,@version", string.Join(',', (await redis.Server.CliAsync("HKEYS", key)).Split('\n').Order()));
    }

    [Fact]
    public async Task A_record_without_a_mark_is_read_and_gets_one_with_its_next_write()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var key = SessionRedis.KeyOf(browser.Cookie!);
        await redis.Server.CliAsync("HDEL", key, "@mark");

        Assert.Equal("1", (await browser.GetAsync("/get?k=a")).Body);
        Assert.Equal("", await redis.Server.FieldAsync(key, "@mark"));
        await browser.GetAsync("/set?k=a&v=2");

        await AssertIsMarkedAsync(browser, version: "2");
        Assert.DoesNotContain(app.Log.OfSessions, line => line.Text.Contains("another session", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mark_costs_31_bytes_of_a_read_and_none_of_a_write()
    {
        await using var app = await MarkedApp.StartAsync(redis.Server, nearCacheBytes: 0);
        using var browser = await app.VisitAsync("anna");
        var read = 0;
        app.Lie(times: int.MaxValue, reply =>
        {
            read = Encoding.Latin1.GetString(reply).Contains("@version", StringComparison.Ordinal) ? reply.Length : read;
            return null;
        });

        await browser.GetAsync("/get?k=who");
        var with = read;
        await redis.Server.CliAsync("HDEL", SessionRedis.KeyOf(browser.Cookie!), "@mark");
        await browser.GetAsync("/get?k=who");

        Assert.Equal("$5\r\n@mark\r\n$13\r\n1:0123456789a\r\n".Length, with - read);
        await using var monitor = await redis.Server.MonitorAsync();
        await browser.GetAsync("/set?k=who&v=bert");
        var write = Assert.Single(await monitor.SessionCommandsAsync(), line => line.Contains("EVALSHA", StringComparison.Ordinal));
        Assert.DoesNotContain("@mark", write, StringComparison.Ordinal);
    }

    private async Task AssertIsMarkedAsync(Browser browser, string version)
    {
        var key = SessionRedis.KeyOf(browser.Cookie!);
        Assert.Equal(version, await redis.Server.FieldAsync(key, "@version"));
        Assert.Equal($"{version}:{key[^11..]}", await redis.Server.FieldAsync(key, "@mark"));
    }
}
