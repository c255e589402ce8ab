using RespClient.Deadlines;
using RespClient.Protocol;

namespace RespClient.Tests.Pipelines;

public sealed class BudgetedClientTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly SetTime _time = new();
    private readonly Recorded _redis;

    public BudgetedClientTests() => _redis = new Recorded(_time);

    [Fact]
    public async Task Commands_of_one_piece_of_work_share_its_time_and_nothing_is_sent_once_it_is_over()
    {
        var budget = new RedisBudget(Limit);
        var client = new BudgetedClient(_redis, () => budget, _time);
        _redis.Takes = TimeSpan.FromMilliseconds(800);

        for (var i = 0; i < 3; i++)
        {
            await client.ExecuteAsync(new RedisCommand("PING"), TestContext.Current.CancellationToken);
        }

        var refused = await Assert.ThrowsAsync<RedisTimeoutException>(async () => await client.ExecuteAsync(new RedisCommand("PING"), TestContext.Current.CancellationToken));
        Assert.Equal(CommandOutcome.NotSent, refused.Outcome);
        Assert.Equal([Limit, TimeSpan.FromMilliseconds(1200), TimeSpan.FromMilliseconds(400)], _redis.Timeouts);
    }

    [Fact]
    public async Task The_shorter_of_the_commands_time_and_what_is_left_holds_and_waiting_for_ever_stands_outside()
    {
        var budget = new RedisBudget(Limit);
        var client = new BudgetedClient(_redis, () => budget, _time);

        await client.ExecuteAsync(new RedisCommand("PING") { Timeout = TimeSpan.FromMilliseconds(10) }, TestContext.Current.CancellationToken);
        await client.ExecuteAsync(new RedisCommand("PING") { Timeout = TimeSpan.FromSeconds(10) }, TestContext.Current.CancellationToken);
        budget.Spend(Limit);
        await client.ExecuteAsync(new RedisCommand("BLPOP") { Timeout = Timeout.InfiniteTimeSpan }, TestContext.Current.CancellationToken);

        Assert.Equal([TimeSpan.FromMilliseconds(10), Limit, Timeout.InfiniteTimeSpan], _redis.Timeouts);
    }

    [Fact]
    public async Task A_budget_is_over_with_its_last_tick_and_commands_that_fail_take_of_it_too()
    {
        var budget = new RedisBudget(Limit);
        var client = new BudgetedClient(_redis, () => budget, _time);
        (_redis.Takes, _redis.Fails) = (Limit, true);

        await Assert.ThrowsAsync<RedisConnectionException>(async () => await client.ExecuteAsync(new RedisCommand("PING"), TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<RedisTimeoutException>(async () => await client.ExecuteAsync(new RedisCommand("PING"), TestContext.Current.CancellationToken));

        Assert.Single(_redis.Timeouts);
    }

    [Fact]
    public async Task Work_without_a_budget_keeps_the_time_of_each_command()
    {
        var client = new BudgetedClient(_redis, () => null, _time);

        await client.ExecuteAsync(new RedisCommand("PING"), TestContext.Current.CancellationToken);

        Assert.Equal([null], _redis.Timeouts);
    }

    private sealed class Recorded(SetTime time) : IRedisClient
    {
        public List<TimeSpan?> Timeouts { get; } = [];

        public TimeSpan Takes { get; set; }

        public bool Fails { get; set; }

        public ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default)
        {
            Timeouts.Add(command.Timeout);
            time.Advance(Takes);
            return Fails ? throw new RedisConnectionException("lost", CommandOutcome.OutcomeUnknown) : default;
        }
    }

    private sealed class SetTime : TimeProvider
    {
        private TimeSpan _now;

        public void Advance(TimeSpan time) => _now += time;

        public override long GetTimestamp() => (long)(_now.TotalSeconds * TimestampFrequency);
    }
}
