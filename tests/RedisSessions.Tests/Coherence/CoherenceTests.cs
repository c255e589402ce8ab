using System.Net;

using RedisSessions.Tests.Hosting;
using RedisSessions.Users;

using TestServers;
using TestServers.Proxy;

namespace RedisSessions.Tests.Coherence;

/// <summary>
/// No request sees a session older than it may be, and none sees one that ended, whatever happens at the same time and
/// whatever the network does. A million operations instead of some ten thousand with <c>LONG_RUN=1</c>.
/// </summary>
public sealed class CoherenceTests(ITestOutputHelper output)
{
    private const int Seed = 20260921;

    /// <summary>The bound that the documentation states, in milliseconds.</summary>
    private const double MaxStaleness = 1000;

    private static readonly bool LongRun = Environment.GetEnvironmentVariable("LONG_RUN") == "1";

    private static readonly int Operations = LongRun ? 1_000_000 : 40_000;

    [Fact]
    public async Task Two_instances_and_a_writer_by_hand_never_read_what_a_write_they_know_of_has_replaced()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await StartAsync(server.ConnectionString);
        await using var two = await StartAsync(server.ConnectionString);
        var traffic = new RandomTraffic([new(one, 0), new(two, 1)], server, Seed, MaxStaleness);

        await traffic.RunAsync(Operations);

        await AssertCoherentAsync(traffic, server, one, two);
    }

    [Fact]
    public async Task Over_a_network_that_fails_in_every_way_nobody_reads_beyond_the_bound_what_was_replaced()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = FaultProxy.Start(server.Port);
        await using var one = await StartAsync(server.ConnectionString);
        await using var two = await StartAsync(proxy.ConnectionString);
        var traffic = new RandomTraffic([new(one, 0), new(two, 1)], server, Seed, MaxStaleness);
        using var over = new CancellationTokenSource();
        var disturbing = Task.Run(() => DisturbAsync(proxy, new Random(Seed), over.Token));

        await traffic.RunAsync(Operations, awaited: "write in vain").WaitAsync(TimeSpan.FromMinutes(LongRun ? 60 : 3));

        await over.CancelAsync();
        await disturbing;
        await AssertCoherentAsync(traffic, server, one, two);
    }

    [Theory]
    [InlineData("late by 300 ms")]
    [InlineData("late by 3 s")]
    [InlineData("lost to the client")]
    [InlineData("half open")]
    [InlineData("half open to the client")]
    [InlineData("half open to the server")]
    [InlineData("ended in the middle of a message")]
    [InlineData("in drops")]
    [InlineData("cut and refused")]
    public async Task A_revoked_session_lives_no_longer_than_the_bound_where_the_word_of_it_is(string network)
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = FaultProxy.Start(server.Port);
        await using var one = await StartAsync(server.ConnectionString);
        await using var two = await StartAsync(proxy.ConnectionString);
        using var browser = one.NewBrowser();
        // A machine that stalls for longer than the time-out of these applications answers 503: once more.
        await Eventually.TrueAsync(async () => (await browser.GetAsync("/sign-in?user=anna")).Status == HttpStatusCode.OK);
        using var elsewhere = browser.At(two.Address);
        await Eventually.TrueAsync(async () => (await elsewhere.GetAsync("/me")).Body == "anna");

        Apply(network, proxy);
        await one.Get<UserSessions>().EndAllAsync("anna");

        var revoked = TimeProvider.System.GetTimestamp();
        var lastServed = TimeSpan.Zero;
        while (TimeProvider.System.GetElapsedTime(revoked) < TimeSpan.FromMilliseconds(MaxStaleness + 600))
        {
            var begun = TimeProvider.System.GetElapsedTime(revoked);
            var answer = await elsewhere.GetAsync("/me");
            lastServed = answer is { Status: HttpStatusCode.OK, Body: "anna" } ? begun : lastServed;
        }

        output.WriteLine($"{network}: served until {lastServed.TotalMilliseconds} ms after it was revoked");
        Assert.InRange(lastServed.TotalMilliseconds, 0, MaxStaleness);
        proxy.Heal();
        await Eventually.TrueAsync(async () => (await elsewhere.GetAsync("/me")) is { Status: HttpStatusCode.OK, Body: "anonymous" });
    }

    private static void Apply(string network, FaultProxy proxy)
    {
        switch (network)
        {
            case "late by 300 ms": proxy.Delay(TimeSpan.FromMilliseconds(300)); break;
            case "late by 3 s": proxy.Delay(TimeSpan.FromSeconds(3), Direction.ToClient); break;
            case "lost to the client": proxy.Drop(Direction.ToClient); break;
            case "half open": proxy.HalfOpen(); break;
            case "half open to the client": proxy.HalfOpen(Direction.ToClient); break;
            case "half open to the server": proxy.HalfOpen(Direction.ToServer); break;
            case "ended in the middle of a message": proxy.CutAfter(20, Direction.ToClient); break;
            case "in drops": proxy.Trickle(5, TimeSpan.FromMilliseconds(20), Direction.ToClient); break;
            default:
                proxy.Refuse();
                proxy.ResetAll();
                break;
        }
    }

    private static async Task DisturbAsync(FaultProxy proxy, Random random, CancellationToken over)
    {
        Action[] faults =
        [
            () => proxy.Delay(TimeSpan.FromMilliseconds(60)), () => proxy.Drop(Direction.ToClient), () => proxy.HalfOpen(),
            () => proxy.HalfOpen(Direction.ToClient), () => proxy.CutAfter(random.Next(2000), Direction.ToClient), proxy.ResetAll,
        ];
        for (var fault = 0; !over.IsCancellationRequested; fault++)
        {
            faults[fault % faults.Length]();
            await Task.Delay(random.Next(20, 250), CancellationToken.None);
            proxy.Heal();
            await Task.Delay(150, CancellationToken.None);
        }

        proxy.Heal();
    }

    private async Task AssertCoherentAsync(RandomTraffic traffic, RedisServer server, params SessionApp[] apps)
    {
        output.WriteLine(string.Join(", ", traffic.Counts.OrderBy(count => count.Key).Select(count => $"{count.Value} {count.Key}")));
        Assert.Empty(traffic.Faults().Take(10));
        foreach (var some in traffic.Ended.Chunk(500))
        {
            Assert.Equal("0", await server.CliAsync(["EXISTS", .. some.Select(SessionRedis.KeyOf)]));
        }

        foreach (var app in apps)
        {
            await Eventually.TrueAsync(async () => (await new Instance(app, 9).VisitAsync(traffic.Ended.First())) is { Status: 200, Found: null });
        }
    }

    private static Task<SessionApp> StartAsync(string redis) => SessionApp.StartAsync(redis, o =>
    {
        o.NearCacheBytes = 16 * 1024 * 1024;
        o.IoTimeout = TimeSpan.FromMilliseconds(300);
    });
}
