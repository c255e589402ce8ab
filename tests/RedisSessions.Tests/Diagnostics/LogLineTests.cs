using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

using RedisSessions.Tests.Hosting;

using TestServers;
using TestServers.Proxy;

namespace RedisSessions.Tests.Diagnostics;

/// <summary>Every line that sessions log, and what none of them says.</summary>
public sealed class LogLineTests
{
    private const string Value = "confidential";

    // The beginnings of all lines about one session; each is met below.
    private static readonly string[] Lines =
    [
        "Could not commit a session", "Redis refuses to load a session", "was ended while a request ran", "could not be renewed", "The record of session",
        "The principal in session", "The response was sent past the session", "was written for another session", "the second one did, and counts",
        "carries no NameIdentifier",
    ];

    [Fact]
    public async Task No_line_of_the_log_shows_a_secret_id_or_a_value()
    {
        await using var redis = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var proxy = FaultProxy.Start(redis.Port);
        await using var app = await StartAsync(proxy.ConnectionString);
        using var browser = app.NewBrowser();
        var cookies = new HashSet<string>();
        async Task<Answer> GetAsync(string path)
        {
            var answer = await browser.GetAsync(path);
            cookies.UnionWith(browser.Cookie is { } cookie ? [cookie] : []);
            return answer;
        }

        await GetAsync("/set?k=a&v=" + Value);
        await GetAsync("/sign-in-nameless");
        await EndMeanwhileAsync(redis, app, browser);
        await GetAsync("/sign-in?user=anna");
        await WithoutWritesAsync(redis, () => GetAsync("/get?k=a"), () => PastTheSessionAsync(app));
        var key = SessionRedis.KeyOf(browser.Cookie!);
        await redis.CliAsync("HSET", key, "@ticket", Value);
        await GetAsync("/me");
        await redis.CliAsync("HSET", key, "@format", Value);
        await GetAsync("/get?k=a");
        await GetAsync("/set?k=a&v=" + Value);
        LieOnce(proxy, "%0\r\n");
        await GetAsync("/get?k=a");
        await redis.CliAsync("COPY", SessionRedis.KeyOf(browser.Cookie!), SessionRedis.KeyOf(new string('A', 43)));
        browser.Cookie = new string('A', 43);
        await GetAsync("/get?k=a");
        await redis.CliAsync("ACL", "SETUSER", "default", "-hgetall");
        await GetAsync("/get?k=a");
        await redis.CliAsync("ACL", "SETUSER", "default", "+hgetall");
        await redis.StopAsync();
        await GetAsync("/set?k=a&v=" + Value);

        var lines = app.Log.Lines.Where(line => line.Category.StartsWith("Redis", StringComparison.Ordinal)).Select(line => line.Text).ToArray();
        Assert.All(Lines, text => Assert.Contains(lines, line => line.Contains(text, StringComparison.Ordinal)));
        Assert.All(lines, line =>
        {
            Assert.DoesNotContain(Value, line, StringComparison.Ordinal);
            Assert.DoesNotMatch("[A-Za-z0-9_-]{43}", line); // an id that no browser has got
            Assert.All(cookies, cookie => Assert.DoesNotContain(cookie, line, StringComparison.Ordinal));
            Assert.All(cookies, cookie => Assert.DoesNotContain(SessionRedis.PublicOf(cookie), line, StringComparison.Ordinal));
        });
    }

    private static async Task EndMeanwhileAsync(RedisServer redis, SessionApp app, Browser browser)
    {
        var slow = browser.Clone().GetAsync($"/gated-set?k=b&v={Value}&gate=slow");
        await app.Gates.ReachedAsync("slow");
        await redis.CliAsync("DEL", SessionRedis.KeyOf(browser.Cookie!));
        app.Gates.Open("slow");
        await slow;
    }

    private static async Task WithoutWritesAsync(RedisServer redis, params Func<Task>[] requests)
    {
        await redis.CliAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        foreach (var request in requests)
        {
            await request();
        }

        await redis.CliAsync("CONFIG", "SET", "min-replicas-to-write", "0");
    }

    // The connection is closed: an answer that looks whole would be a lie.
    private static async Task PastTheSessionAsync(SessionApp app)
    {
        using var browser = app.NewBrowser();
        try
        {
            await browser.GetAsync("/written-before?v=" + Value);
        }
        catch (HttpRequestException)
        {
        }
    }

    private static void LieOnce(FaultProxy proxy, string reply)
    {
        var lies = 0;
        proxy.Falsify = right => right.AsSpan().IndexOf("@version"u8) >= 0 && Interlocked.Increment(ref lies) == 1
            ? System.Text.Encoding.ASCII.GetBytes(reply)
            : right;
    }

    private static Task<SessionApp> StartAsync(string redisAt) => SessionApp.StartAsync(new SessionAppSetup
    {
        Redis = redisAt,
        Options = o => (o.IoTimeout, o.RenewAfter) = (TimeSpan.FromMilliseconds(700), TimeSpan.Zero),
        Endpoints = app =>
        {
            app.MapGet("/sign-in-nameless", (HttpContext c) => c.SignInAsync(new(new System.Security.Claims.ClaimsIdentity("password"))));
            app.MapGet("/written-before", (string v, HttpContext c) =>
            {
                c.Response.BodyWriter.GetSpan(4)[..4].Fill((byte)'x');
                c.Response.BodyWriter.Advance(4);
                c.Session.SetString("a", v);
            });
        },
    });
}
