using System.Globalization;
using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Behaviours;

/// <summary>Behaviours 14, 15 and 16: no blocking, no needless write, limits.</summary>
public sealed class MemoryAndLimitTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task However_often_a_handler_reads_the_session_it_is_loaded_once()
    {
        await using var app = await StartAsync();
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        await using var monitor = await redis.Server.MonitorAsync();

        Assert.Equal("1", (await browser.GetAsync("/hundred-reads")).Body);

        Assert.Single(await monitor.SessionCommandsAsync());
    }

    [Fact]
    public async Task An_endpoint_without_session_that_touches_it_is_told_why_it_has_none()
    {
        string? message = null;
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Endpoints = app => app.MapGet("/no-session", (HttpContext c) =>
            {
                message = Assert.Throws<InvalidOperationException>(() => c.Session).Message;
                Assert.Throws<InvalidOperationException>(() => c.RedisSession());
            }).WithoutSession(),
        });
        using var browser = app.NewBrowser();

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/no-session")).Status);

        Assert.Contains("WithoutSession", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_of_ten_thousand_keys_is_made_changed_moved_and_emptied()
    {
        static void Fill(HttpContext c, string value)
        {
            for (var i = 0; i < 10_000; i++)
            {
                c.Session.SetString("k" + i.ToString(CultureInfo.InvariantCulture), value);
            }
        }

        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Options = o => o.MaxSize = 1 << 20,
            Endpoints = app =>
            {
                app.MapGet("/fill", (string v, HttpContext c) => Fill(c, v));
                app.MapGet("/clear", (HttpContext c) =>
                {
                    c.Session.Clear();
                    c.Session.SetString("last", "one");
                });
                app.MapGet("/replace", (string v, HttpContext c) =>
                {
                    Fill(c, v);
                    c.Session.Remove("k7");
                });
                app.MapGet("/tally", (HttpContext c) =>
                    $"{c.Session.Keys.Count()} {string.Join(',', c.Session.Keys.Select(key => c.Session.GetString(key)).Distinct())}");
            },
        });
        using var browser = app.NewBrowser();
        foreach (var (path, expected) in ((string, string)[])
        [
            ("/fill?v=1", "10000 1"), ("/fill?v=2", "10000 2"), ("/replace?v=3", "9999 3"), ("/renew", "9999 3"), ("/clear", "1 one"),
        ])
        {
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(path)).Status);
            Assert.Equal(expected, (await browser.GetAsync("/tally")).Body);
        }
    }

    [Theory]
    [InlineData("/set?k=a&v=1")]
    [InlineData("/there-and-back")]
    [InlineData("/remove?k=missing")]
    [InlineData("/same-update")]
    public async Task Setting_what_is_already_there_writes_nothing(string path)
    {
        await using var app = await StartAsync();
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        await using var monitor = await redis.Server.MonitorAsync();

        await browser.GetAsync(path);

        Assert.Single(await monitor.SessionCommandsAsync());
        Assert.Equal("1", await redis.Server.FieldAsync(SessionRedis.KeyOf(browser.Cookie!), "@version"));
    }

    [Theory]
    [InlineData("/get?k=a")]
    [InlineData("/keys")]
    [InlineData("/id")]
    [InlineData("/remove?k=a")]
    [InlineData("/refresh")]
    [InlineData("/destroy")]
    [InlineData("/renew")]
    [InlineData("/there-and-back")]
    public async Task A_new_session_that_keeps_nothing_makes_no_key_and_no_cookie(string path)
    {
        await using var app = await StartAsync();
        using var browser = app.NewBrowser();
        var before = await redis.Server.CliAsync("DBSIZE");

        var answer = await browser.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Null(answer.SetCookie);
        Assert.Equal(before, await redis.Server.CliAsync("DBSIZE"));
    }

    [Fact]
    public async Task Destroying_clears_the_cookie_with_the_attributes_it_was_set_with()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o =>
        {
            o.Cookie.Path = "/";
            o.Cookie.Domain = "127.0.0.1";
            o.Cookie.SameSite = SameSiteMode.Strict;
        });
        using var browser = app.NewBrowser();
        var set = (await browser.GetAsync("/set?k=a&v=1")).SetCookie!;

        var cleared = (await browser.GetAsync("/destroy")).SetCookie!;

        foreach (var attribute in (string[])["domain=127.0.0.1", "path=/", "samesite=strict", "httponly"])
        {
            Assert.Contains(attribute, set, StringComparison.OrdinalIgnoreCase);
            Assert.Contains(attribute, cleared, StringComparison.OrdinalIgnoreCase);
        }

        Assert.StartsWith("ssw=;", cleared, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_written_after_destroying_starts_a_new_session_under_a_new_id()
    {
        await using var app = await StartAsync();
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var before = browser.Cookie!;

        await browser.GetAsync("/destroy-and-write");

        Assert.NotEqual(before, browser.Cookie);
        Assert.False(await redis.Server.ExistsAsync(SessionRedis.KeyOf(before)));
        Assert.Equal("b", (await browser.GetAsync("/keys")).Body);
    }

    [Fact]
    public async Task A_session_beyond_its_largest_size_throws_with_the_key_and_the_sizes()
    {
        SessionTooLargeException? thrown = null;
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Options = o => o.MaxSize = 2000,
            Endpoints = app => app.MapGet("/too-much", (HttpContext c) =>
            {
                c.Session.SetString("first", new string('x', 1500));
                thrown = Assert.Throws<SessionTooLargeException>(() => c.Session.SetString("second", new string('x', 600)));
                c.Session.Remove("first");
                c.Session.SetString("second", new string('x', 600));
            }),
        });
        using var browser = app.NewBrowser();

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/too-much")).Status);

        Assert.Equal("second", thrown!.Key);
        Assert.Equal(1500 + 5 + 600 + 6, thrown.SessionSize);
        Assert.Contains("'second'", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("2111", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("2000", thrown.Message, StringComparison.Ordinal);
        Assert.Equal("second", (await browser.GetAsync("/keys")).Body);
    }

    [Fact]
    public async Task A_session_is_filled_to_its_last_byte_and_not_one_beyond()
    {
        var thrown = new List<bool>();
        Task<SessionApp> StartAsync(int maxSize) => SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Options = o => o.MaxSize = maxSize,
            Endpoints = app => app.MapGet("/put", (string k, int length, HttpContext c) =>
                thrown.Add(Record.Exception(() => c.Session.Set(k, new byte[length])) is SessionTooLargeException)),
        });
        await using var app = await StartAsync(2000);
        await using var smaller = await StartAsync(1500);
        using var browser = app.NewBrowser();

        foreach (var length in (int[])[1999, 1998]) // the name has two bytes
        {
            await browser.GetAsync("/put?k=%C3%A4&length=" + length);
        }

        await browser.GetAsync("/put?k=b&length=0");
        using var there = browser.At(smaller.Address);
        foreach (var length in (int[])[1999, 1900, 1499, 1498])
        {
            await there.GetAsync("/put?k=%C3%A4&length=" + length);
        }

        // Of what is beyond a limit that was set since, some may go; nothing may come.
        Assert.Equal([true, false, true, true, false, false, false], thrown);
        Assert.Equal("1498", await redis.Server.CliAsync("HSTRLEN", SessionRedis.KeyOf(browser.Cookie!), "ä"));
    }

    [Theory]
    [InlineData("MaxAge", "00:00:00.5000000")]
    [InlineData("MaxAge", "401.00:00:00")]
    [InlineData("RenewAfter", "-00:00:01")]
    [InlineData("RenewAfter", "8.00:00:00")]
    [InlineData("AbsoluteLifetime", "1.00:00:00")]
    [InlineData("IoTimeout", "00:00:00")]
    [InlineData("MaxSize", "10")]
    [InlineData("KeyPrefix", "a b")]
    [InlineData("KeyPrefix", "")]
    [InlineData("NearCacheBytes", "5")]
    [InlineData("HeaderName", "no token")]
    [InlineData("Cookie:Name", "a=b")]
    public async Task An_option_out_of_range_stops_the_start_with_its_key_and_value(string key, string value)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => SessionApp.StartAsync(
            redis.Server.ConnectionString, o => Set(o, key, value)));

        Assert.Contains($"Sessions:{key} is '{value}'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("allowed", failure.Message, StringComparison.Ordinal);
    }

    private static void Set(RedisSessionOptions options, string key, string value)
    {
        if (key == "Cookie:Name")
        {
            options.Cookie.Name = value;
            return;
        }

        var property = typeof(RedisSessionOptions).GetProperty(key)!;
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        property.SetValue(options, type == typeof(TimeSpan)
            ? TimeSpan.Parse(value, System.Globalization.CultureInfo.InvariantCulture)
            : Convert.ChangeType(value, type, System.Globalization.CultureInfo.InvariantCulture));
    }

    private Task<SessionApp> StartAsync() => SessionApp.StartAsync(new SessionAppSetup
    {
        Redis = redis.Server.ConnectionString,
        Endpoints = app =>
        {
            app.MapGet("/hundred-reads", (HttpContext c) =>
            {
                for (var i = 0; i < 100; i++)
                {
                    _ = c.Session.TryGetValue("a", out _);
                    _ = c.Session.Keys.Count();
                }

                return c.Session.GetString("a");
            });
            app.MapGet("/there-and-back", (HttpContext c) =>
            {
                var before = c.Session.GetString("a");
                c.Session.SetString("a", "other");
                if (before is null)
                {
                    c.Session.Remove("a");
                }
                else
                {
                    c.Session.SetString("a", before);
                }
            });
            app.MapGet("/same-update", (HttpContext c) => c.Session.Update<int>("a", n => n));
            app.MapGet("/destroy-and-write", (HttpContext c) =>
            {
                c.RedisSession().Destroy();
                c.Session.SetString("b", "2");
            });
        },
    });
}
