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
    public async Task CommandsOfOnePieceOfWorkShareItsTimeAndNothingIsSentOnceItIsOver()
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
    public async Task TheShorterOfTheCommandsTimeAndWhatIsLeftHoldsAndWaitingForEverStandsOutside()
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
    public async Task ABudgetIsOverWithItsLastTickAndCommandsThatFailTakeOfItToo()
    {
        var budget = new RedisBudget(Limit);
        var client = new BudgetedClient(_redis, () => budget, _time);
        (_redis.Takes, _redis.Fails) = (Limit, true);

        await Assert.ThrowsAsync<RedisConnectionException>(async () => await client.ExecuteAsync(new RedisCommand("PING"), TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<RedisTimeoutException>(async () => await client.ExecuteAsync(new RedisCommand("PING"), TestContext.Current.CancellationToken));

        Assert.Single(_redis.Timeouts);
    }

    [Fact]
    public async Task WorkWithoutABudgetKeepsTheTimeOfEachCommand()
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
