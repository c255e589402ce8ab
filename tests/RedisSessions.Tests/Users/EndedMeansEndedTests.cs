using System.Collections.Concurrent;

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

using RedisSessions.Tests.Hosting;
using RedisSessions.Users;

using RespClient;

using TestServers;

namespace RedisSessions.Tests.Users;

/// <summary>
/// Sessions that get new ids without end while all sessions of their user are ended: none that was there before answers as
/// the user afterwards. Hundreds of rounds; ten thousand for each number of instances with <c>LONG_RUN=1</c>.
/// </summary>
public sealed class EndedMeansEndedTests(RedisFixture redis, ITestOutputHelper output) : IClassFixture<RedisFixture>
{
    private const int BrowsersOfAUser = 2;
    private static readonly int Rounds = Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 10_000 : 200;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task No_session_outlives_the_end_of_all_however_often_it_renews_its_id_meanwhile(int instances)
    {
        await using var world = await World.StartAsync(redis.Server, instances);
        var chance = new Random(20_261);
        var (outlived, ended, renewed) = (0, 0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var user = $"user-{instances}-{round}";
            var browsers = Enumerable.Range(0, BrowsersOfAUser).Select(i => world.NewBrowser(i, user)).ToArray();
            await Task.WhenAll(browsers.Select(browser => browser.SignInAsync()));
            using var over = new CancellationTokenSource();
            var renewals = browsers.Select(browser => browser.RenewAgainAndAgainAsync(over.Token)).ToArray();
            // Waits for nothing: the moment at which all are ended is what differs from round to round.
            await Task.Delay(chance.Next(4));

            ended += await world.Apps[0].Get<UserSessions>().EndAllAsync(user);

            // At once, while the browsers still send what they have.
            foreach (var cookie in browsers.SelectMany(browser => browser.Cookies))
            {
                outlived += await world.AnswersAsAsync(0, cookie, user) ? 1 : 0;
                outlived += await world.IsInRedisAsync(cookie) ? 1 : 0;
            }

            await over.CancelAsync();
            await Task.WhenAll(renewals);
            foreach (var browser in browsers)
            {
                outlived += await world.IsInRedisAsync(browser.Cookies.Last()) ? 1 : 0;
                await world.SignedOutEverywhereAsync(browser.Cookies.Last(), user);
                renewed += browser.Cookies.Count - 1;
                browser.Dispose();
            }
        }

        output.WriteLine($"{Rounds} rounds over {instances} instances: {ended} sessions ended, {renewed} new ids, {outlived} outlived");
        Assert.Equal(0, outlived);
        Assert.Equal(Rounds * BrowsersOfAUser, ended);
        Assert.True(renewed > Rounds, $"{renewed} new ids: too little happened");
    }

    [Fact]
    public async Task Of_all_sessions_but_one_only_that_one_is_left_however_often_the_others_renew_their_ids()
    {
        await using var world = await World.StartAsync(redis.Server, instances: 2);
        for (var round = 0; round < Rounds / 2; round++)
        {
            var user = $"others-{round}";
            using var mine = world.NewBrowser(0, user);
            using var other = world.NewBrowser(1, user);
            await Task.WhenAll(mine.SignInAsync(), other.SignInAsync());
            using var over = new CancellationTokenSource();
            var renewals = other.RenewAgainAndAgainAsync(over.Token);

            Assert.Equal(1, await world.Apps[0].Get<UserSessions>().EndOthersAsync(user, SessionRedis.PublicOf(mine.Cookies.Last())));

            await over.CancelAsync();
            await renewals;
            Assert.False(await world.IsInRedisAsync(other.Cookies.Last()));
            Assert.True(await world.AnswersAsAsync(0, mine.Cookies.Last(), user));
            await world.SignedOutEverywhereAsync(other.Cookies.Last(), user);
        }
    }

    [Fact]
    public async Task A_sign_in_of_the_same_user_in_a_session_that_is_ended_meanwhile_brings_nobody_back()
    {
        await using var world = await World.StartAsync(redis.Server, instances: 1);
        var app = world.Apps[0];
        using var browser = app.NewBrowser();
        await browser.GetAsync("/sign-in?user=anna");

        var answer = browser.GetAsync("/sign-in-again?user=anna");
        await app.Gates.ReachedAsync("again");
        Assert.Equal(1, await app.Get<UserSessions>().EndAllAsync("anna"));
        app.Gates.Open("again");
        await answer;

        Assert.Equal("anonymous", (await browser.GetAsync("/me")).Body);
        Assert.Empty(await app.Get<UserSessions>().ListAsync("anna"));
    }

    [Fact]
    public async Task A_sign_in_over_a_session_of_nobody_that_is_gone_meanwhile_is_kept()
    {
        await using var world = await World.StartAsync(redis.Server, instances: 1);
        var app = world.Apps[0];
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=b");

        var answer = browser.GetAsync("/sign-in-again?user=bert");
        await app.Gates.ReachedAsync("again");
        await redis.Server.CliAsync("DEL", SessionRedis.KeyOf(browser.Cookie!));
        app.Gates.Open("again");
        await answer;

        Assert.Equal("bert", (await browser.GetAsync("/me")).Body);
        Assert.Equal("none", (await browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task A_thousand_sessions_and_more_are_ended_in_steps_and_of_another_user_none()
    {
        await using var world = await World.StartAsync(redis.Server, instances: 1);
        var client = world.Apps[0].Get<IRedisClient>();
        using var stranger = world.NewBrowser(0, "stranger");
        await stranger.SignInAsync();
        const int Sessions = 2500;
        for (var i = 0; i < Sessions; i++)
        {
            var key = "SESSION:many-" + i;
            await client.ExecuteAsync(new RedisCommand("HSET", key, "@user", i % 100 == 99 ? "somebody else" : "many", "@version", "1"));
            await client.ExecuteAsync(new RedisCommand("ZADD", "SESSION-USER:many", "1", key));
        }

        Assert.Equal(Sessions - 25, await world.Apps[0].Get<UserSessions>().EndAllAsync("many"));

        Assert.Equal(0, (await client.ExecuteAsync(new RedisCommand("EXISTS", "SESSION-USER:many"))).AsInt64());
        Assert.Equal(1, (await client.ExecuteAsync(new RedisCommand("EXISTS", "SESSION:many-99"))).AsInt64());
        Assert.Equal(0, (await client.ExecuteAsync(new RedisCommand("EXISTS", "SESSION:many-2498"))).AsInt64());
        Assert.True(await world.AnswersAsAsync(0, stranger.Cookies.Last(), "stranger"));
    }

    /// <summary>Some instances of an application with near caches, on one Redis.</summary>
    private sealed class World(List<SessionApp> apps) : IAsyncDisposable
    {
        public List<SessionApp> Apps => apps;

        public static async Task<World> StartAsync(RedisServer redis, int instances)
        {
            var apps = new List<SessionApp>();
            for (var i = 0; i < instances; i++)
            {
                apps.Add(await SessionApp.StartAsync(new SessionAppSetup
                {
                    Redis = redis.ConnectionString,
                    Options = options => options.NearCacheBytes = 16 << 20,
                    Endpoints = endpoints => endpoints.MapGet("/sign-in-again", async (string user, HttpContext c, Gates gates) =>
                    {
                        await gates.PassAsync("again");
                        await c.SignInAsync(SessionEndpoints.Principal(user));
                    }),
                }));
            }

            return new World(apps);
        }

        public RenewingBrowser NewBrowser(int first, string user) => new([.. apps.Select(app => app.NewBrowser())], first, user);

        public async Task<bool> AnswersAsAsync(int instance, string cookie, string user)
        {
            using var browser = apps[instance].NewBrowser();
            browser.Cookie = cookie;
            return (await browser.GetAsync("/me")).Body == user;
        }

        public async Task<bool> IsInRedisAsync(string cookie) =>
            (await apps[0].Get<IRedisClient>().ExecuteAsync(new RedisCommand("EXISTS", SessionRedis.KeyOf(cookie)))).AsBoolean();

        /// <summary>Within the bound of the near caches.</summary>
        public async Task SignedOutEverywhereAsync(string cookie, string user)
        {
            for (var instance = 0; instance < apps.Count; instance++)
            {
                var there = instance;
                await Eventually.TrueAsync(async () => !await AnswersAsAsync(there, cookie, user));
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var app in apps)
            {
                await app.DisposeAsync();
            }
        }
    }

    /// <summary>Sends each request to the next instance, and remembers every cookie it was given.</summary>
    private sealed class RenewingBrowser(Browser[] browsers, int first, string user) : IDisposable
    {
        private readonly ConcurrentQueue<string> _cookies = new();
        private int _next = first;

        public ConcurrentQueue<string> Cookies => _cookies;

        public Task SignInAsync() => SendAsync("/sign-in?user=" + user);

        public async Task RenewAgainAndAgainAsync(CancellationToken over)
        {
            while (!over.IsCancellationRequested)
            {
                await SendAsync("/renew");
            }
        }

        public void Dispose()
        {
            foreach (var browser in browsers)
            {
                browser.Dispose();
            }
        }

        private async Task SendAsync(string path)
        {
            var browser = browsers[_next++ % browsers.Length];
            browser.Cookie = _cookies.LastOrDefault();
            await browser.GetAsync(path);
            if (browser.Cookie is { } cookie && cookie != _cookies.LastOrDefault())
            {
                _cookies.Enqueue(cookie);
            }
        }
    }
}
