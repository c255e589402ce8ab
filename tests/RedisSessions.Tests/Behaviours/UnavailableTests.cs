using System.Diagnostics;
using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

using RedisSessions.Tests.Hosting;

using TestServers;

namespace RedisSessions.Tests.Behaviours;

/// <summary>Behaviour 10: honest and fast when Redis is down.</summary>
public sealed class UnavailableTests : IAsyncLifetime
{
    private RedisServer _redis = null!;
    private SessionApp _app = null!;
    private Browser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        _app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = _redis.ConnectionString,
            Options = o => o.IoTimeout = TimeSpan.FromMilliseconds(400),
            Endpoints = app =>
            {
                app.MapGet("/optional", (HttpContext c) =>
                {
                    var answer = c.Session.IsAvailable ? c.Session.GetString("a") : "without";
                    c.Session.SetString("b", "dropped");
                    return answer;
                }).WithOptionalSession();
                app.MapGet("/available", (HttpContext c) => c.Session.IsAvailable);
                app.MapGet("/load-again", async (HttpContext c, Gates gates) =>
                {
                    await gates.PassAsync("again");
                    await c.Session.LoadAsync();
                    return c.Session.GetString("a");
                }).WithOptionalSession();
            },
        });
        _browser = _app.NewBrowser();
        await _browser.GetAsync("/set?k=a&v=1");
        await _browser.GetAsync("/set?k=a&v=kept");
    }

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await _app.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Theory]
    [InlineData("/get?k=a")]
    [InlineData("/set?k=a&v=2")]
    [InlineData("/me")]
    [InlineData("/sign-in?user=anna")]
    public async Task A_frozen_redis_is_a_503_within_the_time_out_and_the_cookie_stays(string path)
    {
        _redis.Suspend();
        var watch = Stopwatch.StartNew();
        Answer answer;
        try
        {
            answer = await _browser.GetAsync(path);
        }
        finally
        {
            _redis.Resume();
        }

        AssertUnavailable(answer);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(3000));
        await EventuallyKeptAsync();
    }

    [Fact]
    public async Task A_stopped_redis_is_a_503_and_when_it_is_back_the_same_cookie_works()
    {
        await _redis.StopAsync();
        AssertUnavailable(await _browser.GetAsync("/get?k=a"));
        AssertUnavailable(await _browser.GetAsync("/set?k=a&v=2"));

        await _redis.StartAgainAsync();

        await EventuallyKeptAsync();
    }

    [Fact]
    public async Task Requests_that_need_no_session_are_answered_while_redis_is_down()
    {
        await _redis.StopAsync();
        using var stranger = _app.NewBrowser();

        Assert.Equal(HttpStatusCode.OK, (await _browser.GetAsync("/without")).Status);
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/me")).Status);
        Assert.Equal("none", (await stranger.GetAsync("/get?k=a")).Body);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await stranger.GetAsync("/set?k=a&v=1")).Status);
    }

    [Fact]
    public async Task An_endpoint_with_an_optional_session_runs_without_it_and_leaves_the_cookie_alone()
    {
        await _redis.StopAsync();

        var answer = await _browser.GetAsync("/optional");

        Assert.Equal("without", answer.Body);
        Assert.Null(answer.SetCookie);

        await _redis.StartAgainAsync();
        await EventuallyKeptAsync();
        Assert.Equal("kept", (await _browser.GetAsync("/optional")).Body);
    }

    [Fact]
    public async Task A_handler_may_load_the_session_again_once_redis_is_back()
    {
        await _redis.StopAsync();
        var request = _browser.GetAsync("/load-again");
        await _app.Gates.ReachedAsync("again");
        await _redis.StartAgainAsync();
        using var other = _browser.Clone();
        await Eventually.TrueAsync(async () => (await other.GetAsync("/get?k=a")).Status == HttpStatusCode.OK);
        _app.Gates.Open("again");

        Assert.Equal("kept", (await request).Body);
    }

    [Fact]
    public async Task A_redis_that_pauses_writes_answers_reads_and_refuses_changes_with_a_503()
    {
        await _redis.CliAsync("CLIENT", "PAUSE", "5000", "WRITE");

        Assert.Equal("kept", (await _browser.GetAsync("/get?k=a")).Body);
        AssertUnavailable(await _browser.GetAsync("/set?k=a&v=2"));

        await _redis.CliAsync("CLIENT", "UNPAUSE");
    }

    [Theory]
    [InlineData("maxmemory", "1", "0")]
    [InlineData("min-replicas-to-write", "3", "0")]
    public async Task A_redis_that_refuses_writes_answers_reads_and_gives_changes_a_503(string setting, string bad, string good)
    {
        await _redis.CliAsync("CONFIG", "SET", setting, bad);

        Assert.Equal("kept", (await _browser.GetAsync("/get?k=a")).Body);
        AssertUnavailable(await _browser.GetAsync("/set?k=a&v=2"));

        await _redis.CliAsync("CONFIG", "SET", setting, good);
        await EventuallyKeptAsync();
    }

    [Fact]
    public async Task A_full_redis_takes_no_new_session_and_grows_no_further()
    {
        await _redis.CliAsync("CONFIG", "SET", "maxmemory", "1");
        using var stranger = _app.NewBrowser();
        var before = await _redis.CliAsync("DBSIZE");

        AssertUnavailable(await stranger.GetAsync("/set?k=a&v=1"));

        Assert.Equal(before, await _redis.CliAsync("DBSIZE"));
    }

    [Fact]
    public async Task A_full_redis_lets_people_remove_what_they_have_and_end_their_session()
    {
        await _redis.CliAsync("CONFIG", "SET", "maxmemory", "1");

        Assert.Equal(HttpStatusCode.OK, (await _browser.GetAsync("/remove?k=a")).Status);
        Assert.Equal("none", (await _browser.GetAsync("/get?k=a")).Body);
        Assert.Equal("3", await _redis.FieldAsync(SessionRedis.KeyOf(_browser.Cookie!), "@version"));

        var key = SessionRedis.KeyOf(_browser.Cookie!);
        Assert.Equal(HttpStatusCode.OK, (await _browser.GetAsync("/destroy")).Status);
        Assert.False(await _redis.ExistsAsync(key));
    }

    [Fact]
    public async Task A_redis_that_became_a_replica_answers_reads_and_gives_changes_a_503()
    {
        await _redis.CliAsync("REPLICAOF", "127.0.0.1", "1");

        Assert.Equal("kept", (await _browser.GetAsync("/get?k=a")).Body);
        AssertUnavailable(await _browser.GetAsync("/set?k=a&v=2"));

        await _redis.CliAsync("REPLICAOF", "NO", "ONE");
        Assert.Equal("set", (await _browser.GetAsync("/set?k=a&v=2")).Body);
    }

    [Fact]
    public async Task A_redis_that_loads_its_data_is_a_503_until_it_is_done()
    {
        await using var slow = await RedisServer.StartAsync(
            "--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024", "--rdbcompression", "no");
        await using var app = await SessionApp.StartAsync(slow.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=kept");
        await slow.CliAsync("EVAL", "for i = 1, 100 do redis.call('SET', 'filler' .. i, string.rep('x', 2000)) end", "0");
        await slow.CliAsync("SAVE");
        await slow.StopAsync();
        slow.Launch();
        await Eventually.TrueAsync(async () => (await slow.CliAsync("GET", "x")).Contains("LOADING", StringComparison.Ordinal));

        AssertUnavailable(await browser.GetAsync("/get?k=a"));

        await Eventually.TrueAsync(async () => (await browser.GetAsync("/get?k=a")).Body == "kept");
    }

    [Fact]
    public async Task A_renewal_that_fails_does_not_spoil_the_answer_of_a_read()
    {
        await _redis.CliAsync("CONFIG", "SET", "maxmemory", "1");
        _app.Time.Advance(TimeSpan.FromHours(9));

        var answer = await _browser.GetAsync("/get?k=a");

        Assert.Equal("kept", answer.Body);
        Assert.Null(answer.SetCookie);
    }

    [Fact]
    public async Task Set_for_the_whole_application_every_request_runs_without_its_session()
    {
        await using var app = await SessionApp.StartAsync(_redis.ConnectionString, o =>
        {
            o.IoTimeout = TimeSpan.FromMilliseconds(300);
            o.WhenUnavailable = WhenUnavailable.RunWithoutSession;
        });
        using var browser = _browser.At(app.Address);
        await _redis.StopAsync();

        var answer = await browser.GetAsync("/set?k=a&v=2");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Null(answer.SetCookie);
        Assert.Equal("anonymous", (await browser.GetAsync("/me")).Body);
        AssertUnavailable(await browser.GetAsync("/sign-in?user=anna"));
    }

    [Fact]
    public async Task A_session_that_could_not_be_ended_is_a_503_and_its_cookie_stays()
    {
        var cookie = _browser.Cookie;
        await _redis.CliAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        AssertUnavailable(await _browser.GetAsync("/destroy"));
        await _redis.CliAsync("CONFIG", "SET", "min-replicas-to-write", "0");

        Assert.Equal(cookie, _browser.Cookie);
        Assert.Equal("kept", (await _browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task A_user_of_redis_who_may_not_read_a_record_while_it_changes_is_told_so_and_ends_no_session()
    {
        await _redis.CliAsync("ACL", "SETUSER", "limited", "on", ">secret", "~*", "&*", "+@all", "-hget");
        await using var app = await SessionApp.StartAsync(_redis.ConnectionString + ",user=limited,password=secret");
        using var there = _browser.At(app.Address);

        AssertUnavailable(await there.GetAsync("/set?k=a&v=2"));

        Assert.Equal(_browser.Cookie, there.Cookie);
        Assert.Equal("kept", (await there.GetAsync("/get?k=a")).Body);
        await _redis.CliAsync("ACL", "SETUSER", "limited", "-hgetall");
        AssertUnavailable(await there.GetAsync("/get?k=a"));
        Assert.Equal(_browser.Cookie, there.Cookie);
    }

    private Task EventuallyKeptAsync() => Eventually.TrueAsync(async () =>
    {
        var answer = await _browser.GetAsync("/get?k=a");
        Assert.True(answer.Status == HttpStatusCode.ServiceUnavailable || answer.Body == "kept", answer.Body);
        return answer.Body == "kept";
    });

    private static void AssertUnavailable(Answer answer)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.NotNull(answer.Header("Retry-After"));
        Assert.StartsWith("application/problem+json", answer.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Null(answer.SetCookie);
    }
}
