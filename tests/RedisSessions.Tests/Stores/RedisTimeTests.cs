using RedisSessions.Redis;
using RedisSessions.Stores;

using RespClient;
using RespClient.Commands;

using TestServers;

namespace RedisSessions.Tests.Stores;

public sealed class RedisTimeTests : IAsyncLifetime
{
    private RedisServer _redis = null!;
    private RedisClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _client = await RedisClient.ConnectAsync(_redis.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(3)]
    public async Task Instances_whose_clocks_are_hours_apart_have_one_time_which_is_that_of_redis(int hours)
    {
        var time = new RedisTime(_client, new ShiftedClock { Shift = TimeSpan.FromHours(hours) });
        var before = await _client.TimeAsync(TestContext.Current.CancellationToken);

        var now = await time.NowAsync();

        Assert.InRange(now, before, await _client.TimeAsync(TestContext.Current.CancellationToken) + TimeSpan.FromSeconds(1));
        Assert.InRange(time.Now, now, now + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_clock_that_is_set_while_the_instance_runs_is_noticed_after_a_second()
    {
        var clock = new ShiftedClock();
        var time = new RedisTime(_client, clock);
        await time.NowAsync();

        clock.Shift = TimeSpan.FromHours(5);
        clock.Passed = TimeSpan.FromSeconds(2);

        var now = await time.NowAsync();
        Assert.InRange(now, DateTimeOffset.UnixEpoch, await _client.TimeAsync(TestContext.Current.CancellationToken) + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task The_time_is_asked_for_at_most_once_a_second_however_often_it_is_wanted()
    {
        var clock = new ShiftedClock();
        var time = new RedisTime(_client, clock);
        await time.NowAsync();
        await using var monitor = await _redis.MonitorAsync();
        clock.Passed = TimeSpan.FromSeconds(2);
        clock.IsStopped = true;

        for (var i = 0; i < 20; i++)
        {
            await time.NowAsync();
        }

        Assert.Single(await monitor.CommandsAsync(), "\"TIME\"");
    }

    [Fact]
    public void What_time_it_is_in_redis_is_asked_for_again_after_a_second_and_not_before()
    {
        var clock = new ShiftedClock { IsStopped = true };
        var time = new RedisClock(clock);
        Assert.True(time.IsStale);

        time.Observe(clock.GetUtcNow().AddHours(1), clock.GetUtcNow());
        clock.Passed = TimeSpan.FromSeconds(1);
        Assert.False(time.IsStale);
        clock.Passed = TimeSpan.FromSeconds(1.001);
        Assert.True(time.IsStale);
    }

    private sealed class ShiftedClock : TimeProvider
    {
        private long? _stoppedAt;

        public TimeSpan Shift { get; set; }

        public TimeSpan Passed { get; set; }

        /// <summary>A busy machine may need a second for what the test does in between.</summary>
        public bool IsStopped
        {
            set => _stoppedAt = value ? System.GetTimestamp() : null;
        }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;

        public override long GetTimestamp() => (_stoppedAt ?? System.GetTimestamp()) + (long)(Passed.TotalSeconds * TimestampFrequency);
    }
}
