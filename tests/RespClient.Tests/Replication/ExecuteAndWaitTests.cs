using RespClient.Commands;
using RespClient.Replication;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.Replication;

/// <summary>A write that waits for replicas says of that very write how many have it.</summary>
public sealed class ExecuteAndWaitTests(ReplicaSetFixture set) : IClassFixture<ReplicaSetFixture>
{
    private readonly string _key = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task What_two_replicas_have_confirmed_is_readable_on_both_at_once()
    {
        await using var client = await RedisClient.ConnectAsync(set.Master.ConnectionString);
        await using var first = await RedisClient.ConnectAsync(set.Replicas[0].ConnectionString);
        await using var second = await RedisClient.ConnectAsync(set.Replicas[1].ConnectionString);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
        {
            var key = $"{_key}:{number}";
            var (reply, replicas) = await client.ExecuteAndWaitAsync(new RedisCommand("SET", key, number), 2, TimeSpan.FromSeconds(20));
            Assert.Equal(("OK", 2), (reply.AsString(), replicas));
            Assert.Equal($"{number}", await first.GetStringAsync(key));
            Assert.Equal($"{number}", await second.GetStringAsync(key));
        }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public async Task Stopped_replicas_are_not_counted_within_the_time_and_the_write_stands(int running)
    {
        await using var client = await RedisClient.ConnectAsync(set.Master.ConnectionString);

        // An older write that both have, over the very connection that will be used again.
        Assert.Equal(2, (await client.ExecuteAndWaitAsync(new RedisCommand("SET", _key, "old"), 2, TimeSpan.FromSeconds(20))).Replicas);
        foreach (var replica in set.Replicas.Skip(running))
        {
            replica.Suspend();
        }

        try
        {
            var started = TimeProvider.System.GetTimestamp();
            var waiting = client.ExecuteAndWaitAsync(new RedisCommand("INCR", _key + ":n"), 2, TimeSpan.FromMilliseconds(400));
            await client.PingAsync();
            var (reply, replicas) = await waiting;
            Assert.Equal((1, running), (reply.AsInt64(), replicas));
            Assert.True(TimeProvider.System.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(380));
            Assert.Equal("1", await set.Master.CliAsync("GET", _key + ":n"));
        }
        finally
        {
            await set.OnlineAsync();
        }
    }

    [Fact]
    public async Task Wait_as_a_command_is_refused_because_it_would_confirm_other_writes()
    {
        await using var client = await RedisClient.ConnectAsync(set.Master.ConnectionString);
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(async () => await client.ExecuteAsync(new RedisCommand("WAIT", 2, 1000)));
        Assert.Contains("ExecuteAndWaitAsync()", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_write_is_refused_and_the_next_one_gets_its_own_replies()
    {
        await using var client = await RedisClient.ConnectAsync(set.Master.ConnectionString);
        await client.SetAsync(_key, "text");
        var refusal = await Assert.ThrowsAsync<RedisServerException>(
            () => client.ExecuteAndWaitAsync(new RedisCommand("LPUSH", _key, "x"), 1, TimeSpan.FromSeconds(20)));
        Assert.Equal((RedisErrorKind.WrongType, CommandOutcome.Refused), (refusal.Kind, refusal.Outcome));
        var (reply, replicas) = await client.ExecuteAndWaitAsync(new RedisCommand("APPEND", _key, "!"), 2, TimeSpan.FromSeconds(20));
        Assert.Equal((5, 2), (reply.AsInt64(), replicas));
    }

    [Fact]
    public async Task A_refused_wait_says_that_the_write_has_run()
    {
        await set.Master.CliAsync("ACL", "SETUSER", _key, "on", ">pw", "+@all", "-wait", "~*");
        await using var client = await RedisClient.ConnectAsync($"{set.Master.ConnectionString},user={_key},password=pw");
        var told = await Assert.ThrowsAsync<RedisServerException>(
            () => client.ExecuteAndWaitAsync(new RedisCommand("SET", _key, "there"), 1, TimeSpan.FromSeconds(20)));
        Assert.Equal((RedisErrorKind.NoPermission, CommandOutcome.OutcomeUnknown), (told.Kind, told.Outcome));
        Assert.Contains("SET has run", told.Message, StringComparison.Ordinal);
        Assert.Equal("there", await set.Master.CliAsync("GET", _key));
    }

    [Theory]
    [InlineData("BLPOP", 1, 100, typeof(InvalidOperationException))]
    [InlineData("MULTI", 1, 100, typeof(InvalidOperationException))]
    [InlineData("WAIT", 1, 100, typeof(InvalidOperationException))]
    [InlineData("SET", 0, 100, typeof(ArgumentOutOfRangeException))]
    [InlineData("SET", 1, 0, typeof(ArgumentOutOfRangeException))]
    [InlineData("SET", 1, 3_600_001, typeof(ArgumentOutOfRangeException))]
    public async Task What_cannot_be_waited_for_is_misuse_and_nothing_is_sent(string name, int replicas, int milliseconds, Type expected)
    {
        await using var client = new RedisClient(new RedisClientOptions { ConnectionString = "127.0.0.1:1" });
        await Assert.ThrowsAsync(expected, () =>
            client.ExecuteAndWaitAsync(new RedisCommand(name, "k", "v"), replicas, TimeSpan.FromMilliseconds(milliseconds)));
    }

    [Fact]
    public async Task Write_and_wait_travel_one_behind_the_other_on_a_connection_that_nobody_shares()
    {
        var seen = new List<string>();
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                seen.Add($"{connection.Number} {command.Text}");
                await connection.SendAsync(command.Name == "WAIT" ? ":3\r\n" : "+OK\r\n");
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        Assert.Equal(3, (await client.ExecuteAndWaitAsync(new RedisCommand("SET", "k", "v"), 2, TimeSpan.FromMilliseconds(250.5))).Replicas);
        await client.SetAsync("other", "v");
        Assert.Equal(["2 SET k v", "2 WAIT 2 251", "1 SET other v"], seen);
    }

    [Theory]
    [InlineData(":1\r\n+what\r\n")]
    [InlineData(":1\r\n")]
    [InlineData("")]
    public async Task Without_an_answer_to_both_the_outcome_is_not_told_as_a_number_and_nothing_is_sent_again(string answer)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                if (command.Name == "WAIT")
                {
                    await connection.SendAsync(answer);
                    return;
                }
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var failure = await Assert.ThrowsAnyAsync<RedisException>(() => client.ExecuteAndWaitAsync(new RedisCommand("INCR", "n"), 1, TimeSpan.FromSeconds(1)));
        Assert.True(failure is RedisReplyTypeException or RedisConnectionException { Outcome: CommandOutcome.OutcomeUnknown }, failure.ToString());
        Assert.Single(server.Asked, command => command.Name == "INCR");
    }

    [Fact]
    public async Task Cancellation_and_disposal_end_the_wait_at_once()
    {
        var client = await RedisClient.ConnectAsync(set.Master.ConnectionString);
        using var cancellation = new CancellationTokenSource();
        Task<ReplicatedReply> WaitAsync(CancellationToken token) =>
            client.ExecuteAndWaitAsync(new RedisCommand("INCR", _key), replicas: 9, TimeSpan.FromHours(1), token);

        var cancelled = WaitAsync(cancellation.Token);
        var disposed = WaitAsync(CancellationToken.None);
        await Eventually.TrueAsync(async () => await set.Master.CliAsync("GET", _key) == "2");
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(TimeSpan.FromSeconds(20)));
        await client.DisposeAsync();
        Assert.True(disposed.IsCompleted);
        Assert.Equal(CommandOutcome.OutcomeUnknown, (await Assert.ThrowsAsync<RedisConnectionException>(() => disposed)).Outcome);
    }
}
