using System.Net;
using System.Text;

using Microsoft.Extensions.Logging;

using RedisSessions.Tests.Hosting;

using TestServers;

namespace RedisSessions.Tests.Marks;

/// <summary>A record is handed to nobody but those who hold its key, whatever replies arrive.</summary>
public sealed class ForeignRecordTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const int NearBytes = 16 * 1024 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(NearBytes)]
    public async Task The_record_of_another_session_is_handed_to_nobody_and_the_right_one_is_read_over_a_new_connection(int nearCacheBytes)
    {
        await using var app = await MarkedApp.StartAsync(redis.Server, nearCacheBytes);
        using var anna = await app.VisitAsync("anna");
        using var bert = await app.VisitAsync("bert");
        var connections = app.Proxy.Connections;
        app.Lie(times: 1, MarkedApp.RecordOfAnother(anna, "anna", bert, "bert"));

        await ReadUntilLiedToAsync(app, anna, "anna");

        Assert.Equal("bert", (await bert.GetAsync("/get?k=who")).Body);
        Assert.Equal(connections + 1, app.Proxy.Connections);
        Assert.Equal((1, 1L, 1L), (app.Alarms, app.Counters["foreign_replies"], app.Counters["foreign_replies", "foreign"]));
        var alarm = app.App.Log.OfSessions.First(line => line.Level == LogLevel.Critical).Text;
        Assert.Contains(SessionRedis.PublicOf(anna.Cookie!)[..6], alarm, StringComparison.Ordinal);
        Assert.DoesNotContain(SessionRedis.PublicOf(anna.Cookie!), alarm, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("%0\r\n", "missing")]
    [InlineData("*4\r\n:1\r\n:0\r\n:0\r\n:7\r\n", "broken")]
    [InlineData("+OK\r\n", "broken")]
    [InlineData("-WRONGTYPE Operation against a key holding the wrong kind of value\r\n", "broken")]
    public async Task An_answer_that_would_end_a_session_is_asked_for_again_and_the_cookie_stays(string reply, string said)
    {
        foreach (var nearCacheBytes in (int[])[0, NearBytes])
        {
            await using var app = await MarkedApp.StartAsync(redis.Server, nearCacheBytes);
            using var anna = await app.VisitAsync("anna");
            var cookie = anna.Cookie;
            var connections = app.Proxy.Connections;
            await redis.Server.CliAsync("PERSIST", SessionRedis.KeyOf(cookie!)); // which is no reason to end it before its time
            app.Lie(times: 1, MarkedApp.InsteadOfARecord(reply));

            await ReadUntilLiedToAsync(app, anna, "anna");

            Assert.Equal(cookie, anna.Cookie);
            await Eventually.TrueAsync(() => app.Proxy.Connections == connections + 1);
            Assert.Equal((0, 1L), (app.Alarms, app.Counters["foreign_replies", said]));
            Assert.Single(app.App.Log.OfSessions, line => line.Level == LogLevel.Warning && line.Text.Contains("the second one did, and counts", StringComparison.Ordinal));
            Assert.Equal("anna", (await anna.GetAsync("/get?k=who")).Body);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(NearBytes)]
    public async Task A_record_that_was_copied_to_another_key_is_a_broken_record_and_no_cookie_drops_a_connection_twice(int nearCacheBytes)
    {
        await using var app = await MarkedApp.StartAsync(redis.Server, nearCacheBytes);
        using var anna = await app.VisitAsync("anna");
        using var bert = await app.VisitAsync("bert");
        var connections = app.Proxy.Connections;
        var key = SessionRedis.KeyOf(anna.Cookie!);
        await redis.Server.CliAsync("COPY", SessionRedis.KeyOf(bert.Cookie!), key, "REPLACE");
        await Eventually.TrueAsync(async () => (await anna.Clone().GetAsync("/get?k=who")).Body == "none");

        var foreign = app.Counters["foreign_replies", "foreign"];
        for (var i = 0; i < 5; i++)
        {
            var answer = await anna.Clone().GetAsync("/get?k=who");
            Assert.Equal((HttpStatusCode.OK, "none"), (answer.Status, answer.Body));
        }

        Assert.Equal(connections + 1, app.Proxy.Connections);
        Assert.Equal((1, foreign + 5), (app.Alarms, app.Counters["foreign_replies", "foreign"]));
        Assert.Contains(app.App.Log.OfSessions, line => line.Text.Contains("cannot be read", StringComparison.Ordinal));
        Assert.Equal("bert", await redis.Server.FieldAsync(key, "who"));
        Assert.Equal("bert", (await bert.GetAsync("/get?k=who")).Body);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(NearBytes)]
    public async Task Of_many_readers_on_a_connection_that_is_out_of_step_none_gets_anothers_session_and_it_is_dropped_once(int nearCacheBytes)
    {
        await using var app = await MarkedApp.StartAsync(redis.Server, nearCacheBytes);
        var names = Enumerable.Range(10, 30).Select(number => $"visitor-{number}").ToArray();
        var browsers = await Task.WhenAll(names.Select(app.VisitAsync));
        foreach (var browser in browsers)
        {
            await MarkedApp.TouchAsync(redis.Server, browser);
        }

        var connections = app.Proxy.Connections;
        app.Lie(times: int.MaxValue, reply => app.Proxy.Connections > connections ? null : Shifted(reply, browsers, names));

        var answers = await Task.WhenAll(browsers.SelectMany(browser => Enumerable.Repeat(browser, 3)).Select(browser => browser.Clone().GetAsync("/get?k=who")));

        Assert.True(app.Lies > 0);
        for (var i = 0; i < answers.Length; i++)
        {
            Assert.True(
                answers[i].Status == HttpStatusCode.ServiceUnavailable || answers[i].Body == names[i / 3],
                $"{names[i / 3]} got {answers[i].Status}: {answers[i].Body}");
            Assert.Null(answers[i].SetCookie);
        }

        Assert.Equal(connections + 1, app.Proxy.Connections);
        foreach (var (browser, name) in browsers.Zip(names))
        {
            Assert.Equal(name, (await browser.GetAsync("/get?k=who")).Body);
        }
    }

    // Each record in the reply becomes that of the next visitor.
    private static byte[]? Shifted(byte[] reply, Browser[] browsers, string[] names)
    {
        var (text, isOther) = (reply.AsSpan().ToArray(), false);
        for (var i = 0; i < names.Length; i++)
        {
            var next = (i + 1) % names.Length;
            isOther |= Put(text, reply, End(i), End(next));
            Put(text, reply, "\n" + names[i], "\n" + names[next]);
        }

        return isOther ? text : null;

        string End(int i) => "1:" + SessionRedis.KeyOf(browsers[i].Cookie!)[^11..];
    }

    private static bool Put(byte[] text, byte[] original, string old, string other)
    {
        var at = Encoding.Latin1.GetString(original).IndexOf(old, StringComparison.Ordinal);
        if (at >= 0)
        {
            Encoding.Latin1.GetBytes(other).CopyTo(text, at);
        }

        return at >= 0;
    }

    // What is kept near is forgotten first, and until the word of that has arrived, it is served.
    private async Task ReadUntilLiedToAsync(MarkedApp app, Browser browser, string expected)
    {
        await MarkedApp.TouchAsync(redis.Server, browser);
        await Eventually.TrueAsync(async () =>
        {
            var answer = await browser.GetAsync("/get?k=who");
            Assert.Equal((HttpStatusCode.OK, expected, null), (answer.Status, answer.Body, answer.SetCookie));
            return app.Lies > 0;
        });
    }
}
