using System.Net;

using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using RedisSessions.Tests.Caching;
using RedisSessions.Tests.Hosting;

using RespClient;
using RespClient.Protocol;

using TestServers;

namespace RedisSessions.Tests.Marks;

/// <summary>Where no connection can be dropped: other clients, other caches. What is foreign twice is a 503.</summary>
public sealed class WithoutOwnConnectionTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Theory]
    [InlineData(1, HttpStatusCode.OK, "anna")]
    [InlineData(2, HttpStatusCode.ServiceUnavailable, null)]
    public async Task Over_another_client_a_foreign_record_is_asked_for_again_and_the_same_again_is_a_503(
        int times, HttpStatusCode status, string? body)
    {
        await using var clients = ClientUnderTest.Add(new ServiceCollection(), redis.Server.ConnectionString).BuildServiceProvider();
        var client = new LyingClient(clients.GetRequiredService<IRedisClient>());
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Services = services => services.AddSingleton<IRedisClient>(client),
        });
        using var anna = await VisitAsync(app, "anna");
        using var bert = await VisitAsync(app, "bert");
        client.Lies = times;
        client.Instead = (SessionRedis.KeyOf(anna.Cookie!), SessionRedis.KeyOf(bert.Cookie!));

        var answer = await anna.GetAsync("/get?k=who");

        Assert.Equal(status, answer.Status);
        Assert.Equal(body ?? answer.Body, answer.Body);
        Assert.Null(answer.SetCookie);
        Assert.Contains(app.Log.OfSessions, line => line.Level == LogLevel.Critical);
        Assert.Equal("anna", (await anna.GetAsync("/get?k=who")).Body);
    }

    [Theory]
    [InlineData("bert", HttpStatusCode.OK, "anna")]
    [InlineData("bert, carl", HttpStatusCode.ServiceUnavailable, null)]
    [InlineData("bert, bert", HttpStatusCode.ServiceUnavailable, null)]
    [InlineData("bert, nobody", HttpStatusCode.ServiceUnavailable, null)]
    [InlineData("nobody, bert", HttpStatusCode.ServiceUnavailable, null)]
    public async Task Over_another_cache_a_foreign_record_is_asked_for_again_and_no_record_then_is_a_503(
        string answers, HttpStatusCode status, string? body)
    {
        var (app, cache) = await StartOverCacheAsync();
        await using var running = app;
        using var anna = await VisitAsync(app, "anna");
        using var bert = await VisitAsync(app, "bert");
        using var carl = await VisitAsync(app, "carl");
        var key = SessionRedis.KeyOf(anna.Cookie!);
        var keys = new Dictionary<string, string>
        {
            ["bert"] = SessionRedis.KeyOf(bert.Cookie!), ["carl"] = SessionRedis.KeyOf(carl.Cookie!), ["nobody"] = "nothing",
        };
        var instead = new Queue<string>(answers.Split(", ").Select(name => keys[name]));
        cache.Asked = asked => asked == key && instead.TryDequeue(out var other) ? other : asked;

        var answer = await anna.GetAsync("/get?k=who");

        Assert.Equal(status, answer.Status);
        Assert.Equal(body ?? answer.Body, answer.Body);
        Assert.Null(answer.SetCookie);
        Assert.Contains(app.Log.OfSessions, line => line.Level == LogLevel.Critical);
        Assert.Equal("anna", (await anna.GetAsync("/get?k=who")).Body);
    }

    [Fact]
    public async Task Over_another_cache_that_there_is_no_record_is_asked_twice()
    {
        var (app, cache) = await StartOverCacheAsync();
        await using var running = app;
        using var anna = await VisitAsync(app, "anna");
        var times = 1;
        cache.Asked = asked => times-- > 0 ? "nothing" : asked;

        Assert.Equal("anna", (await anna.GetAsync("/get?k=who")).Body);
        await anna.GetAsync("/renew");
        Assert.Equal("anna", (await anna.GetAsync("/get?k=who")).Body);
    }

    [Fact]
    public async Task A_record_that_the_build_before_wrote_into_another_cache_is_read_and_gets_its_mark_with_the_next_write()
    {
        var (app, cache) = await StartOverCacheAsync();
        await using var running = app;
        using var anna = await VisitAsync(app, "anna");
        Assert.True(HasMark(cache));
        cache.Overwrite(WithoutMark);
        Assert.False(HasMark(cache));

        Assert.Equal("anna", (await anna.GetAsync("/get?k=who")).Body);
        await anna.GetAsync("/set?k=a&v=1");

        Assert.True(HasMark(cache));
        Assert.Equal("anna", (await anna.GetAsync("/get?k=who")).Body);
    }

    // The field's name and value with their lengths, and one field less.
    private static byte[] WithoutMark(byte[] blob)
    {
        var at = blob.AsSpan().IndexOf("@mark"u8) - 4;
        var length = 4 + 5 + 4 + BitConverter.ToInt32(blob, at + 9);
        byte[] rest = [.. blob[..at], .. blob[(at + length)..]];
        BitConverter.TryWriteBytes(rest.AsSpan(1), BitConverter.ToInt32(rest, 1) - 1);
        return rest;
    }

    private static bool HasMark(MinimalCache cache)
    {
        var has = false;
        cache.Overwrite(blob =>
        {
            has |= blob.AsSpan().IndexOf("@mark"u8) >= 0;
            return blob;
        });
        return has;
    }

    private static async Task<(SessionApp App, MinimalCache Cache)> StartOverCacheAsync()
    {
        var time = new ShiftedTime();
        var cache = new MinimalCache(time);
        return (await SessionApp.StartAsync(new SessionAppSetup
        {
            Services = services => services.AddSingleton<IDistributedCache>(cache), Time = time,
        }), cache);
    }

    private static async Task<Browser> VisitAsync(SessionApp app, string name)
    {
        var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=who&v=" + name);
        return browser;
    }

    /// <summary>A client that is not ours, and asks for the wrong record a few times.</summary>
    private sealed class LyingClient(IRedisClient inner) : IRedisClient
    {
        public int Lies { get; set; }

        public (string Key, string Other) Instead { get; set; } = ("", "");

        public ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default)
        {
            var arguments = command.Arguments.ToArray();
            var at = Array.FindIndex(arguments, one => one.Equals((RedisArgument)Instead.Key));
            if (Lies == 0 || at < 0)
            {
                return inner.ExecuteAsync(command, cancellationToken);
            }

            Lies--;
            arguments[at] = Instead.Other;
            return inner.ExecuteAsync(new RedisCommand(command.Name, arguments), cancellationToken);
        }
    }
}
