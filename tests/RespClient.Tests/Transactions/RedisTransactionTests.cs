using RespClient.Commands;
using RespClient.Tests.Connections;

using TestServers;
using TestServers.Proxy;
using TestServers.Scripted;

namespace RespClient.Tests.Transactions;

public sealed class RedisTransactionTests(RedisServerFixture fixture) : IClassFixture<RedisServerFixture>
{
    private readonly string _key = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_transaction_gives_the_replies_of_its_commands_in_order()
    {
        await using var client = await fixture.ConnectAsync();
        var result = await client.CreateTransaction()
            .Add(new RedisCommand("SET", _key, "1"))
            .Add(new RedisCommand("INCR", _key))
            .Add(new RedisCommand("HGET", _key, "field"))
            .ExecuteAsync();
        Assert.True(result.Committed);
        Assert.Equal("OK", result.Replies[0].AsString());
        Assert.Equal(2, result.Replies[1].AsInt64());
        Assert.True(result.Replies[2].IsError);
    }

    [Fact]
    public async Task Nobody_elses_command_runs_inside_a_transaction()
    {
        await using var client = await fixture.ConnectAsync();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            var transaction = client.CreateTransaction()
                .Add(new RedisCommand("INCR", _key))
                .Add(new RedisCommand("INCR", _key))
                .ExecuteAsync();
            var single = client.IncrementAsync(_key);
            var replies = (await transaction).Replies;
            Assert.Equal(replies[0].AsInt64() + 1, replies[1].AsInt64());
            await single;
        }));
        Assert.Equal("600", await client.GetStringAsync(_key));
    }

    [Fact]
    public async Task A_refused_command_aborts_the_transaction_and_its_reason_is_told()
    {
        await using var client = await fixture.ConnectAsync();
        var error = await Assert.ThrowsAsync<RedisServerException>(async () => await client.CreateTransaction()
            .Add(new RedisCommand("SET", _key, "1"))
            .Add(new RedisCommand("NOSUCHCOMMAND"))
            .ExecuteAsync());
        Assert.Equal(RedisErrorKind.ExecAbort, error.Kind);
        Assert.Contains("NOSUCHCOMMAND", error.Message, StringComparison.Ordinal);
        Assert.False(await client.ExistsAsync(_key));
        Assert.Equal("pong", (await client.ExecuteAsync(new RedisCommand("ECHO", "pong"))).AsString());
    }

    [Fact]
    public async Task A_watched_key_that_changed_makes_the_transaction_a_conflict_and_no_error()
    {
        await using var client = await fixture.ConnectAsync();
        await client.SetAsync(_key, "old");
        await using var watch = await client.WatchAsync([_key]);
        Assert.Equal("old", await watch.GetStringAsync(_key));
        await client.SetAsync(_key, "somebody else's");
        var result = await watch.CreateTransaction().Add(new RedisCommand("SET", _key, "mine")).ExecuteAsync();
        Assert.False(result.Committed);
        Assert.Empty(result.Replies);
        Assert.Equal("somebody else's", await client.GetStringAsync(_key));
    }

    [Fact]
    public async Task An_untouched_watch_commits_its_transaction()
    {
        await using var client = await fixture.ConnectAsync();
        await using var watch = await client.WatchAsync([_key]);
        var result = await watch.CreateTransaction().Add(new RedisCommand("SET", _key, "mine")).ExecuteAsync();
        Assert.True(result.Committed);
        Assert.Equal("mine", await client.GetStringAsync(_key));
    }

    [Fact]
    public async Task A_watch_that_lost_its_connection_fails_and_runs_nothing()
    {
        await using var client = await fixture.ConnectAsync();
        await using var watch = await client.WatchAsync([_key]);
        var id = await watch.ExecuteAsync(new RedisCommand("CLIENT", "ID"));
        await client.ExecuteAsync(new RedisCommand("CLIENT", "KILL", "ID", id.AsInt64()));
        var error = await Assert.ThrowsAsync<RedisConnectionException>(async () =>
            await watch.CreateTransaction().Add(new RedisCommand("SET", _key, "mine")).ExecuteAsync());
        Assert.NotEqual(CommandOutcome.Refused, error.Outcome);
        Assert.False(await client.ExistsAsync(_key));
    }

    [Fact]
    public async Task A_watch_that_was_given_back_disturbs_no_transaction_of_the_next()
    {
        await using var client = await fixture.ConnectAsync();
        var first = await client.WatchAsync([_key]);
        var id = (await first.ExecuteAsync(new RedisCommand("CLIENT", "ID"))).AsInt64();
        await first.DisposeAsync();
        await first.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await first.GetStringAsync(_key));

        await using var next = await client.WatchAsync([_key + "other"]);
        await using var another = await client.WatchAsync([_key]);
        Assert.Equal(id, (await next.ExecuteAsync(new RedisCommand("CLIENT", "ID"))).AsInt64());
        Assert.NotEqual(id, (await another.ExecuteAsync(new RedisCommand("CLIENT", "ID"))).AsInt64());
        await client.SetAsync(_key, "somebody else's");
        Assert.True((await next.CreateTransaction().Add(new RedisCommand("SET", _key, "mine")).ExecuteAsync()).Committed);
    }

    [Fact]
    public async Task A_watch_that_is_given_back_without_an_answer_lends_its_connection_to_nobody()
    {
        await using var proxy = FaultProxy.Start(fixture.Server.Port);
        await using var client = await RedisClient.ConnectAsync(proxy.ConnectionString + ",asyncTimeout=1000");
        var watch = await client.WatchAsync([_key]);
        var id = (await watch.ExecuteAsync(new RedisCommand("CLIENT", "ID"))).AsInt64();

        proxy.HalfOpen();
        await watch.DisposeAsync();
        proxy.Heal();

        await Eventually.TrueAsync(async () =>
        {
            try
            {
                await using var next = await client.WatchAsync([_key]);
                Assert.NotEqual(id, (await next.ExecuteAsync(new RedisCommand("CLIENT", "ID"))).AsInt64());
                return true;
            }
            catch (RedisException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task A_connection_lost_before_exec_was_answered_is_outcome_unknown_and_nothing_is_resent()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                if (command.Name == "EXEC")
                {
                    connection.Reset();
                    return;
                }

                await connection.SendAsync(command.Name == "MULTI" ? "+OK\r\n" : "+QUEUED\r\n");
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var error = await Assert.ThrowsAsync<RedisConnectionException>(async () =>
            await client.CreateTransaction().Add(new RedisCommand("INCR", _key)).ExecuteAsync());
        Assert.Equal(CommandOutcome.OutcomeUnknown, error.Outcome);
        await Eventually.TrueAsync(() => server.Connections > 1);
        Assert.Single(server.Asked, command => command.Name == "INCR");
    }

    [Fact]
    public async Task A_transaction_is_executed_once_and_never_empty()
    {
        await using var client = await fixture.ConnectAsync();
        var transaction = client.CreateTransaction();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await transaction.ExecuteAsync());
        await transaction.Add(new RedisCommand("INCR", _key)).ExecuteAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await transaction.ExecuteAsync());
        Assert.Throws<InvalidOperationException>(() => client.CreateTransaction().Add(new RedisCommand("SELECT", 1)));
    }
}
