using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

using RedisSessions.Tests.Behaviours;
using RedisSessions.Tests.Hosting;

using TestServers;
using TestServers.Proxy;

namespace RedisSessions.Tests.Commits;

/// <summary>What of an answer has come, and what is in Redis, while a commit is under way or has failed.</summary>
public sealed class FirstByteTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Theory]
    [MemberData(nameof(CommitTests.Ways), MemberType = typeof(CommitTests))]
    public async Task When_the_first_byte_arrives_the_write_is_in_redis(string way)
    {
        await using var proxy = FaultProxy.Start(redis.Server.Port);
        await using var app = await StartAsync(proxy.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        await browser.GetAsync("/set?k=a&v=before"); // the server knows the script afterwards
        var key = SessionRedis.KeyOf(browser.Cookie!);

        // Redis has the write, and its word of that is held back: nothing of the answer may have come by then.
        var first = browser.FirstByteAsync("/gated-answer?way=" + way);
        await app.Gates.ReachedAsync("answer");
        proxy.HalfOpen(Direction.ToClient);
        app.Gates.Open("answer");
        await Eventually.TrueAsync(async () => await redis.Server.FieldAsync(key, "a") == "after");
        Assert.False(first.IsCompleted);
        proxy.Heal();
        using var response = await first;

        Assert.Equal("after", await redis.Server.FieldAsync(key, "a"));
        Assert.Equal(WaysToAnswer.StatusOf(way), response.StatusCode);
        Assert.Equal(WaysToAnswer.BodyOf(way), await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_is_a_503_and_the_write_counts()
    {
        await using var proxy = FaultProxy.Start(redis.Server.Port);
        await using var app = await StartAsync(proxy.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        await browser.GetAsync("/set?k=a&v=before"); // the server knows the script afterwards
        var cookie = browser.Cookie!;

        var request = browser.GetAsync("/gated-answer?way=string");
        await app.Gates.ReachedAsync("answer");
        proxy.HalfOpen(Direction.ToClient);
        app.Gates.Open("answer");
        await Eventually.TrueAsync(async () => await redis.Server.FieldAsync(SessionRedis.KeyOf(cookie), "a") == "after");
        proxy.ResetAll();
        proxy.Heal();

        CommitTests.AssertUnavailable(await request);
        Assert.Equal("after", (await browser.GetAsync("/get?k=a")).Body);
        Assert.Equal(cookie, browser.Cookie);
    }

    [Theory]
    [InlineData("/commit-again")]
    [InlineData("/wrap")]
    public async Task A_commit_that_has_failed_in_the_middle_of_a_handler_is_a_503_though_redis_is_back(string path)
    {
        await using var app = await StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=before");

        await redis.Server.CliAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        Task<Answer> request;
        try
        {
            request = browser.GetAsync(path);
            await app.Gates.ReachedAsync("failed");
        }
        finally
        {
            await redis.Server.CliAsync("CONFIG", "SET", "min-replicas-to-write", "0");
        }

        app.Gates.Open("failed");

        CommitTests.AssertUnavailable(await request);
        Assert.Equal("before", (await browser.GetAsync("/get?k=a")).Body);
    }

    private static Task<SessionApp> StartAsync(string redisAt) => SessionApp.StartAsync(new SessionAppSetup
    {
        Redis = redisAt,
        Options = o => o.IoTimeout = TimeSpan.FromSeconds(20),
        Services = services => services.Configure<KestrelServerOptions>(o => o.AllowSynchronousIO = true),
        Endpoints = app =>
        {
            app.MapGet("/gated-answer", async (string way, HttpContext c, Gates gates) =>
            {
                await gates.PassAsync("answer");
                await WaysToAnswer.AnswerAsync(c, way);
            });
            app.MapGet("/commit-again", async (HttpContext c, Gates gates) =>
            {
                c.Session.SetString("a", "after");
                await Assert.ThrowsAsync<SessionUnavailableException>(() => c.Session.CommitAsync());
                await gates.PassAsync("failed");
                c.Session.SetString("a", "again");
            });
            app.MapGet("/wrap", async (HttpContext c, Gates gates) =>
            {
                c.Session.SetString("a", "after");
                var failure = await Assert.ThrowsAsync<SessionUnavailableException>(() => c.Session.CommitAsync());
                await gates.PassAsync("failed");
                throw new InvalidOperationException("wrapped", new AggregateException(failure));
            });
        },
    });
}
