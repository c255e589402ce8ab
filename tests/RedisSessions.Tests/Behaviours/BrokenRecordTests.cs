using System.Net;

using Microsoft.Extensions.Logging;

using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Behaviours;

/// <summary>Behaviour 13: broken records do not break requests.</summary>
public sealed class BrokenRecordTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    public static TheoryData<string, string> Damages => new()
    {
        { "garbage instead of a version", "redis.call('HSET', KEYS[1], '@version', 'x')" },
        { "a foreign format", "redis.call('HSET', KEYS[1], '@format', 99)" },
        { "no format", "redis.call('HDEL', KEYS[1], '@format')" },
        { "a time beyond all calendars", "redis.call('HSET', KEYS[1], '@created', '99999999999999999')" },
        { "a negative lifetime", "redis.call('HSET', KEYS[1], '@lifetime', -5)" },
        { "a deadline that is text", "redis.call('HSET', KEYS[1], '@deadline', 'never')" },
        { "a user without a ticket", "redis.call('HSET', KEYS[1], '@user', 'anna')" },
        { "half of the fields", "redis.call('HDEL', KEYS[1], '@created', '@renewed', '@lifetime')" },
        { "a string", "redis.call('SET', KEYS[1], 'text')" },
        { "a list", "redis.call('DEL', KEYS[1]) redis.call('RPUSH', KEYS[1], 'a')" },
        { "a foreign hash", "redis.call('DEL', KEYS[1]) redis.call('HSET', KEYS[1], 'a', '1')" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_record_that_cannot_be_read_gives_a_fresh_session_and_one_warning_with_the_masked_id(string what, string script)
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var secret = browser.Cookie!;
        await redis.Server.CliAsync("EVAL", script, "1", SessionRedis.KeyOf(secret));

        var answer = await browser.GetAsync("/get?k=a");

        Assert.True(answer.Status == HttpStatusCode.OK, what);
        Assert.Equal("none", answer.Body);
        var warning = Assert.Single(app.Log.OfSessions, line => line.Level == LogLevel.Warning).Text;
        Assert.Contains(SessionRedis.PublicOf(secret)[..6], warning, StringComparison.Ordinal);
        Assert.DoesNotContain(SessionRedis.PublicOf(secret), warning, StringComparison.Ordinal);
        Assert.True(await redis.Server.ExistsAsync(SessionRedis.KeyOf(secret)));

        await browser.GetAsync("/set?k=a&v=2");
        Assert.NotEqual(secret, browser.Cookie);
        Assert.Equal("2", (await browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task A_record_that_turns_into_another_type_while_a_request_runs_is_taken_as_gone()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var key = SessionRedis.KeyOf(browser.Cookie!);

        var slow = browser.Clone().GetAsync("/gated-set?k=a&v=2&gate=slow");
        await app.Gates.ReachedAsync("slow");
        await redis.Server.CliAsync("SET", key, "text");
        app.Gates.Open("slow");

        Assert.Equal(HttpStatusCode.OK, (await slow).Status);
        Assert.Equal("text", await redis.Server.CliAsync("GET", key));
    }

    [Fact]
    public async Task A_ticket_that_cannot_be_read_makes_the_request_anonymous_and_is_logged_once()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/sign-in?user=anna");
        await redis.Server.CliAsync("HSET", SessionRedis.KeyOf(browser.Cookie!), "@ticket", "garbage");

        var answer = await browser.GetAsync("/me");

        Assert.Equal("anonymous", answer.Body);
        Assert.Single(app.Log.OfSessions, line => line.Level == LogLevel.Warning);
    }
}
