using System.Globalization;
using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

using Microsoft.Extensions.Hosting;

using RedisSessions.Inspector;
using RedisSessions.Tests.Hosting;

using TestServers;
using TestServers.Proxy;

namespace RedisSessions.Tests.Inspector;

/// <summary>What happens to sessions, told to whoever listens.</summary>
public sealed class SessionEventTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    private readonly string _user = "user-" + Guid.NewGuid().ToString("N");
    private InspectorApp _inspector = null!;

    public async ValueTask InitializeAsync()
    {
        await redis.Server.CliAsync("FLUSHALL");
        _inspector = await InspectorApp.StartAsync(redis.Server);

        // The administrator's own sign-in is told before any test listens.
        await Eventually.TrueAsync(async () => await redis.Server.CliAsync("XLEN", "SESSION-EVENTS") == "1");
    }

    public ValueTask DisposeAsync() => _inspector.DisposeAsync();

    [Fact]
    public async Task A_listener_is_told_of_sessions_created_renewed_and_destroyed()
    {
        await using var listener = await Listener.StartAsync(_inspector);
        using var browser = _inspector.App.NewBrowser();

        await browser.GetAsync("/set?k=a&v=1");
        var first = SessionRedis.PublicOf(browser.Cookie!);
        await browser.GetAsync("/refresh");
        await browser.GetAsync("/sign-in?user=" + _user);
        var second = SessionRedis.PublicOf(browser.Cookie!);
        await browser.GetAsync("/destroy");

        Assert.Equal(
            [("created", first, null, null), ("renewed", first, null, null), ("renewed", second, first, _user), ("destroyed", second, null, _user)],
            await listener.TakeAsync(4));
    }

    [Fact]
    public async Task A_listener_on_one_instance_hears_of_sessions_on_another()
    {
        await using var other = await InspectorApp.StartAsync(redis.Server);
        await using var listener = await Listener.StartAsync(_inspector);

        using var browser = await other.SignInAsync(_user);

        Assert.Contains(
            ("created", SessionRedis.PublicOf(browser.Cookie!), null, _user), await listener.TakeUntilAsync(e => e.User == _user));
    }

    [Fact]
    public async Task A_listener_who_comes_back_misses_nothing()
    {
        string? last;
        await using (var before = await Listener.StartAsync(_inspector))
        {
            using var one = await _inspector.SignInAsync(_user + "1");
            await before.TakeUntilAsync(e => e.User == _user + "1");
            last = before.LastId;
        }

        // More than one read takes.
        var missed = new List<string>();
        for (var i = 0; i < 130; i++)
        {
            using var browser = _inspector.App.NewBrowser();
            await browser.GetAsync("/set?k=a&v=1");
            missed.Add(SessionRedis.PublicOf(browser.Cookie!));
        }

        await using var after = await Listener.StartAsync(_inspector, last);

        Assert.Equal(missed, (await after.TakeAsync(missed.Count)).Select(one => one.Id));
    }

    [Fact]
    public async Task A_listener_to_a_stream_that_is_empty_is_told_of_the_first_event()
    {
        await redis.Server.CliAsync("DEL", "SESSION-EVENTS");
        var stream = _inspector.App.Get<SessionEventStream>();

        // Where a listener starts is asked for before it is answered, and its reading begins after that.
        var start = await stream.LastIdAsync(TestContext.Current.CancellationToken);
        await stream.AppendAsync("created", "first", null, null);

        await using var events = stream.ReadAsync(start, TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("first", events.Current?.Event.Id);
    }

    [Fact]
    public async Task Each_session_that_ends_with_all_of_its_user_is_told_to_a_listener()
    {
        using var one = await _inspector.SignInAsync(_user);
        using var two = await _inspector.SignInAsync(_user);
        await Eventually.TrueAsync(async () => await redis.Server.CliAsync("XLEN", "SESSION-EVENTS") == "3");
        await using var listener = await Listener.StartAsync(_inspector);

        await _inspector.DeleteAsync("/inspector/" + new string('A', 43)); // there is none
        await _inspector.DeleteAsync("/inspector?user=" + _user);

        var told = await listener.TakeAsync(2);
        Assert.Equal(
            new[] { SessionRedis.PublicOf(one.Cookie!), SessionRedis.PublicOf(two.Cookie!) }.Order(), told.Select(e => e.Id).Order());
        Assert.All(told, e => Assert.Equal(("destroyed", _user), (e.Kind, e.User)));
    }

    [Fact]
    public async Task Plain_writes_and_reads_are_no_events()
    {
        using var browser = await _inspector.SignInAsync(_user);
        await Eventually.TrueAsync(async () => await redis.Server.CliAsync("XLEN", "SESSION-EVENTS") == "2");

        await browser.GetAsync("/set?k=a&v=1");
        await browser.GetAsync("/get?k=a");
        var late = browser.Clone().GetAsync("/gated-refresh");
        await _inspector.App.Gates.ReachedAsync("refresh");
        await browser.GetAsync("/destroy");
        _inspector.App.Gates.Open("refresh");
        await late;
        using var last = await _inspector.SignInAsync(_user);

        // Two sign-ins before, the end and the last sign-in.
        await Eventually.TrueAsync(async () => (await redis.Server.CliAsync("XREVRANGE", "SESSION-EVENTS", "+", "-", "COUNT", "1"))
            .Contains(SessionRedis.PublicOf(last.Cookie!), StringComparison.Ordinal));
        Assert.Equal("4", await redis.Server.CliAsync("XLEN", "SESSION-EVENTS"));
    }

    [Fact]
    public async Task A_session_that_expires_is_told_where_keyspace_notifications_are_on()
    {
        await redis.Server.CliAsync("CONFIG", "SET", "notify-keyspace-events", "Ex");
        await using var listener = await Listener.StartAsync(_inspector);
        await Eventually.TrueAsync(async () => await redis.Server.CliAsync("PUBSUB", "NUMPAT") != "0");
        using var browser = await _inspector.SignInAsync(_user);

        await redis.Server.CliAsync("PEXPIRE", SessionRedis.KeyOf(browser.Cookie!), "1");

        var events = await listener.TakeUntilAsync(e => e.Kind == "expired");
        Assert.Equal(SessionRedis.PublicOf(browser.Cookie!), events[^1].Id);
    }

    [Fact]
    public async Task A_listener_survives_a_restart_of_Redis_and_is_told_nothing_twice()
    {
        await using var server = await RedisServer.StartAsync("--appendonly", "yes");
        await using var inspector = await InspectorApp.StartAsync(server);
        await using var listener = await Listener.StartAsync(inspector);
        using var earlier = await inspector.SignInAsync(_user + "-earlier");
        await listener.TakeUntilAsync(e => e.User == _user + "-earlier");
        await server.StopAsync();
        await server.StartAgainAsync();
        using var browser = inspector.App.NewBrowser();
        await Eventually.TrueAsync(async () => (await browser.GetAsync("/sign-in?user=" + _user)).Status == HttpStatusCode.OK);

        var events = await listener.TakeUntilAsync(e => e.User == _user);
        Assert.DoesNotContain(events, e => e.User == _user + "-earlier");
    }

    [Fact]
    public async Task A_response_of_events_ends_after_its_time_and_when_the_application_stops()
    {
        await using var brief = await InspectorApp.StartAsync(redis.Server, options => options.StreamDuration = TimeSpan.FromSeconds(1));
        await using var listener = await Listener.StartAsync(brief);
        await listener.EndedAsync();

        var stopping = await InspectorApp.StartAsync(redis.Server);
        await using var left = await Listener.StartAsync(stopping);
        await stopping.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        await left.EndedAsync();
    }

    [Fact]
    public async Task What_is_no_id_of_an_event_is_a_400()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/inspector/events");
        request.Headers.Add("Last-Event-ID", "$ BLOCK");

        Assert.Equal(HttpStatusCode.BadRequest, (await _inspector.Admin.SendAsync(request)).Status);
    }

    [Fact]
    public async Task The_stream_is_bounded_and_expires()
    {
        Assert.InRange(await redis.Server.PttlAsync("SESSION-EVENTS"), 1, (long)TimeSpan.FromHours(1).TotalMilliseconds);
        await using var small = await InspectorApp.StartAsync(redis.Server, options => options.EventsKept = 100);
        for (var i = 0; i < 300; i++)
        {
            using var browser = small.App.NewBrowser();
            await browser.GetAsync("/set?k=a&v=1");
        }

        await Eventually.TrueAsync(async () =>
            int.Parse(await redis.Server.CliAsync("XINFO", "STREAM", "SESSION-EVENTS").ContinueWith(EntriesAdded, TaskScheduler.Default), CultureInfo.InvariantCulture) >= 300);
        Assert.InRange(int.Parse(await redis.Server.CliAsync("XLEN", "SESSION-EVENTS"), CultureInfo.InvariantCulture), 100, 250);
    }

    [Fact]
    public async Task No_event_holds_a_secret_id_even_where_ids_are_not_hashed()
    {
        await using var plain = await InspectorApp.StartAsync(redis.Server, sessions: options =>
        {
            options.HashIds = false;
            options.KeyPrefix = "PLAIN:";
        });
        using var browser = await plain.SignInAsync(_user);
        var first = browser.Cookie!;
        await browser.GetAsync("/renew");
        await browser.GetAsync("/destroy");
        await Eventually.TrueAsync(async () => await redis.Server.CliAsync("XLEN", "PLAIN-EVENTS") == "4");

        var stream = await redis.Server.CliAsync("XRANGE", "PLAIN-EVENTS", "-", "+");

        Assert.Contains(SessionRedis.PublicOf(first), stream, StringComparison.Ordinal);
        Assert.DoesNotContain(first, stream, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_go_on_when_events_cannot_be_told()
    {
        await redis.Server.CliAsync("SET", "OTHER-EVENTS", "in the way");
        await using var inspector = await InspectorApp.StartAsync(redis.Server, sessions: options => options.KeyPrefix = "OTHER:");

        using var browser = await inspector.SignInAsync(_user);

        Assert.Equal(_user, (await browser.GetAsync("/me")).Body);
        await Eventually.TrueAsync(() => Lost(inspector).Any());
        await GoOnWhileRedisIsAwayAsync();
    }

    [Fact]
    public async Task More_events_than_wait_at_once_drop_the_oldest_and_the_log_says_how_many()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = FaultProxy.Start(server.Port);
        await using var inspector = await InspectorApp.StartAsync(server, redisAt: proxy.ConnectionString + ",asyncTimeout=300");
        await Eventually.TrueAsync(async () => await server.CliAsync("XLEN", "SESSION-EVENTS") == "1");
        var events = inspector.App.Get<SessionEventPublisher>();

        proxy.HalfOpen();
        events.Publish("renewed", "0");
        for (var i = 1; i <= 10_100; i++)
        {
            events.Publish("renewed", i.ToString(CultureInfo.InvariantCulture));
        }

        await Eventually.TrueAsync(() => Lost(inspector).Any(line => line.Contains("because of", StringComparison.Ordinal)));
        proxy.Heal();
        await Eventually.TrueAsync(() =>
        {
            events.Publish("renewed", "again");
            return Lost(inspector).Any(line => line.Contains("came faster than Redis took them", StringComparison.Ordinal));
        });

        // Each event was told, or counted as lost, once.
        var lost = Lost(inspector).Sum(line => int.Parse(line.Split(": ")[1].Split(',', ' ')[0], CultureInfo.InvariantCulture));
        Assert.InRange(lost, 10_000, 10_200);
    }

    // With the host's default, a background service that throws ends the process.
    private async Task GoOnWhileRedisIsAwayAsync()
    {
        await using var server = await RedisServer.StartAsync();
        await using var inspector = await InspectorApp.StartAsync(server, redisAt: server.ConnectionString + ",asyncTimeout=300");
        await Eventually.TrueAsync(async () => await server.CliAsync("XLEN", "SESSION-EVENTS") == "1");
        await server.StopAsync();

        inspector.App.Get<SessionEventPublisher>().Publish("renewed", "lost");
        await Eventually.TrueAsync(() => Lost(inspector).Any());

        await server.StartAgainAsync();
        Assert.False(inspector.App.Get<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        using var browser = await inspector.SignInAsync(_user);
        Assert.Equal(_user, (await browser.GetAsync("/me")).Body);
        await Eventually.TrueAsync(async () => (await server.CliAsync("XRANGE", "SESSION-EVENTS", "-", "+")).Contains(_user, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Lost(InspectorApp inspector) => inspector.App.Log.OfSessions
        .Select(line => line.Text).Where(text => text.StartsWith("Events about sessions were lost", StringComparison.Ordinal));

    private static string EntriesAdded(Task<string> info)
    {
        var lines = info.GetAwaiter().GetResult().Split('\n');
        return lines[Array.IndexOf(lines, "entries-added") + 1];
    }

    /// <summary>Reads the events as a browser's EventSource does.</summary>
    private sealed class Listener : IAsyncDisposable
    {
        private readonly HttpClient _client = new();
        private readonly IAsyncEnumerator<SseItem<string>> _items;

        private Listener(HttpClient client, Stream stream)
        {
            _client = client;
            _items = SseParser.Create(stream).EnumerateAsync().GetAsyncEnumerator();
        }

        public string? LastId { get; private set; }

        public static async Task<Listener> StartAsync(InspectorApp inspector, string? lastEventId = null)
        {
            var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
            var request = new HttpRequestMessage(HttpMethod.Get, new Uri(inspector.App.Address, "/inspector/events"));
            request.Headers.Add("Cookie", "ssw=" + inspector.Admin.Cookie);
            if (lastEventId is not null)
            {
                request.Headers.Add("Last-Event-ID", lastEventId);
            }

            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(TimeSpan.FromSeconds(10));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
            var listener = new Listener(client, await response.Content.ReadAsStreamAsync());
            Assert.True(await listener._items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
            Assert.Equal("ping", listener._items.Current.EventType);
            return listener;
        }

        public async Task<List<(string Kind, string Id, string? Previous, string? User)>> TakeAsync(int count)
        {
            var taken = new List<(string, string, string?, string?)>();
            while (taken.Count < count)
            {
                taken.Add(await NextAsync());
            }

            return taken;
        }

        public async Task<List<(string Kind, string Id, string? Previous, string? User)>> TakeUntilAsync(
            Predicate<(string Kind, string Id, string? Previous, string? User)> isLast)
        {
            var taken = new List<(string Kind, string Id, string? Previous, string? User)>();
            do
            {
                taken.Add(await NextAsync());
            }
            while (!isLast(taken[^1]));
            return taken;
        }

        public async Task EndedAsync()
        {
            try
            {
                while (await _items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10)))
                {
                }
            }
            catch (HttpIOException)
            {
                // A server that stops may cut the response off.
            }
        }

        public ValueTask DisposeAsync()
        {
            _client.Dispose();
            return ValueTask.CompletedTask;
        }

        private async Task<(string Kind, string Id, string? Previous, string? User)> NextAsync()
        {
            while (await _items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10)))
            {
                var item = _items.Current;
                if (item.EventType == "ping")
                {
                    continue;
                }

                LastId = item.EventId ?? LastId;
                var data = JsonNode.Parse(item.Data)!;
                Assert.Equal(item.EventType, (string)data["kind"]!);
                return ((string)data["kind"]!, (string)data["id"]!, (string?)data["previousId"], (string?)data["userId"]);
            }

            throw new InvalidOperationException("The events ended.");
        }
    }
}
