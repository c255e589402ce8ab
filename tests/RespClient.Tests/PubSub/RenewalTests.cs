using System.Collections.Concurrent;

using RespClient.Commands;
using RespClient.PubSub;
using RespClient.Tests.Pipelines;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.PubSub;

/// <summary>What ends a subscription that is still wanted: it is renewed, and what may have been missed is counted.</summary>
public sealed class RenewalTests
{
    [Theory]
    [InlineData(false, '>')]
    [InlineData(true, '>')]
    [InlineData(false, '*')]
    [InlineData(true, '*')]
    public async Task A_subscription_that_the_server_ends_unasked_is_subscribed_again_and_counted(bool isPattern, char type)
    {
        var p = isPattern ? "p" : "";
        await using var server = Server(async (connection, command, number) =>
        {
            await connection.SendAsync(Note(type, p + "subscribe", command[0]));
            await connection.SendAsync(number == 1 ? Note(type, p + "unsubscribe", command[0]) : Message(type, isPattern, command[0], "again"));
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var subscription = isPattern ? await client.SubscribePatternAsync("news") : await client.SubscribeAsync("news");
        Assert.Equal("again", await NextAsync(subscription));
        Assert.Equal(1, subscription.Interruptions);
        Assert.Equal(2, server.Connections);
        Assert.Equal(2, server.Asked.Count(command => command.Text == (isPattern ? "PSUBSCRIBE news" : "SUBSCRIBE news")));
    }

    [Fact]
    public async Task A_subscription_that_the_server_ends_again_and_again_is_asked_for_less_and_less_often()
    {
        const int Rounds = 20;
        await using var server = Server(async (connection, command, number) =>
        {
            await connection.SendAsync(Note('>', "subscribe", command[0]));
            await connection.SendAsync(number <= Rounds ? Note('>', "unsubscribe", command[0]) : Message('>', false, command[0], "at last"));
        });
        var clock = new PauseRecorder();
        await using var client = await RedisClient.ConnectAsync(new RedisClientOptions
        {
            ConnectionString = server.ConnectionString, MaxReconnectDelay = TimeSpan.FromMilliseconds(100), TimeProvider = clock,
        });
        await using var subscription = await client.SubscribeAsync("news");
        Assert.Equal("at last", await NextAsync(subscription));
        Assert.Equal(Rounds, subscription.Interruptions);

        // At once the first time.
        Assert.Equal(Rounds - 1, clock.Pauses.Count());
        PauseRecorder.AssertGrowing([.. clock.Pauses]);
    }

    [Fact]
    public async Task A_subscription_that_is_ended_after_a_message_is_asked_for_at_once_again()
    {
        await using var server = Server(async (connection, command, number) => await connection.SendAsync(
            Note('>', "subscribe", command[0]) + (number is 3 or 4 ? Message('>', false, command[0], $"{number}") : "")
            + (number < 4 ? Note('>', "unsubscribe", command[0]) : "")));
        var clock = new PauseRecorder();
        await using var client = await RedisClient.ConnectAsync(
            new RedisClientOptions { ConnectionString = server.ConnectionString, MaxReconnectDelay = PauseRecorder.Longest, TimeProvider = clock });
        await using var subscription = await client.SubscribeAsync("news");
        Assert.Equal("3", await NextAsync(subscription));
        await Eventually.TrueAsync(() => server.Asked.Count() == 4);
        Assert.Single(clock.Pauses); // before the third
    }

    [Fact]
    public async Task A_server_that_greets_subscribers_and_hangs_up_is_asked_less_and_less_often()
    {
        const int Rounds = 20;
        await using var server = ScriptedServer.Start(async connection =>
        {
            // Connection 1 is the client's own. One serves and is lost, and after as many again one serves for good.
            while (await connection.NextAsync() is { } command && (connection.Number is 1 or Rounds + 2 or > (2 * Rounds) + 2))
            {
                await connection.SendAsync(Note('>', "subscribe", command[0]));
                if (connection.Number == Rounds + 2)
                {
                    return;
                }
            }
        });
        var clock = new PauseRecorder();
        await using var client = await RedisClient.ConnectAsync(
            new RedisClientOptions { ConnectionString = server.ConnectionString, MaxReconnectDelay = PauseRecorder.Longest, TimeProvider = clock });
        await using var subscription = await client.SubscribeAsync("news");
        await Eventually.TrueAsync(() => server.Connections == (2 * Rounds) + 3);
        PauseRecorder.AssertGrowing([.. clock.Pauses.Take(Rounds)]);
        PauseRecorder.AssertGrowing([.. clock.Pauses.Skip(Rounds)]);
    }

    [Fact]
    public async Task A_connection_of_subscriptions_that_gives_no_sign_of_life_is_replaced_and_the_loss_is_counted()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                await connection.SendAsync(Note('>', "subscribe", command[0]));
                await (connection.Number == 2 ? connection.StareAsync() : connection.SendAsync(Message('>', false, command[0], "renewed")));
            }
        });
        await using var client = await RedisClient.ConnectAsync(
            new RedisClientOptions { ConnectionString = server.ConnectionString, HeartbeatInterval = TimeSpan.FromMilliseconds(100) });
        await using var subscription = await client.SubscribeAsync("news");
        Assert.Equal("renewed", await NextAsync(subscription));
        Assert.Equal(1, subscription.Interruptions);
    }

    [Fact]
    public async Task Leaving_a_subscription_is_not_taken_for_its_end_by_the_server()
    {
        var told = 0;
        await using var server = Server(async (connection, command, number) =>
        {
            await connection.SendAsync(Note('>', command.Name.ToLowerInvariant(), command[0]));
            Interlocked.Increment(ref told);
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var other = await client.SubscribeAsync("other");
        for (var round = 0; round < 50; round++)
        {
            // The next one asks before the server has answered the last one's goodbye.
            var first = await client.SubscribeAsync("news");
            var leaving = first.DisposeAsync();
            await using var second = await client.SubscribeAsync("news");
            await leaving;
            Assert.Equal(0, first.Interruptions + second.Interruptions);
        }

        await Eventually.TrueAsync(() => Volatile.Read(ref told) == 201);
        Assert.Equal(101, server.Asked.Count(command => command.Name == "SUBSCRIBE"));
        Assert.Equal(0, other.Interruptions);
    }

    [Fact]
    public async Task A_subscription_that_is_refused_when_it_is_renewed_ends_its_enumeration()
    {
        await using var server = Server((connection, command, number) => connection.SendAsync(
            number == 1 ? Note('>', "subscribe", command[0]) + Note('>', "unsubscribe", command[0]) : "-NOPERM no access to this channel\r\n"));
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var subscription = await client.SubscribeAsync("news");
        await foreach (var message in subscription.WithCancellation(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token))
        {
            Assert.Fail($"a message came: {message}");
        }
    }

    [Fact]
    public async Task A_refusal_is_told_to_the_one_it_belongs_to_though_others_have_come_and_gone()
    {
        await using var server = Server((connection, command, number) => connection.SendAsync(
            command[0] == "secret" ? "-NOPERM no access to this channel\r\n" : Note('>', command.Name.ToLowerInvariant(), command[0])));
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        for (var round = 0; round < 3; round++)
        {
            await using var stays = await client.SubscribeAsync($"stays {round}");
            var leaving = (await client.SubscribeAsync("leaves")).DisposeAsync();
            var refused = client.SubscribeAsync("secret");
            await using var comes = await client.SubscribeAsync("comes");
            await leaving;
            Assert.Equal(RedisErrorKind.NoPermission, (await Assert.ThrowsAsync<RedisServerException>(() => refused)).Kind);
        }
    }

    [Fact]
    public async Task Every_lost_connection_is_counted_also_one_that_is_lost_before_the_subscription_is_renewed()
    {
        const int LostWhileRenewing = 3;
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                // Connection 1 is the client's own; 2 is confirmed and then lost.
                var isRenewed = connection.Number > 2 + LostWhileRenewing;
                if (connection.Number == 2 || isRenewed)
                {
                    await connection.SendAsync(Note('>', "subscribe", command[0]));
                    await connection.SendAsync(isRenewed ? Message('>', false, command[0], "renewed") : "");
                }

                if (!isRenewed)
                {
                    return;
                }
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var subscription = await client.SubscribeAsync("news");
        Assert.Equal("renewed", await NextAsync(subscription));
        Assert.Equal(1 + LostWhileRenewing, subscription.Interruptions);
    }

    [Fact]
    public async Task A_connection_lost_before_the_first_confirmation_is_no_interruption_for_anybody()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                if (connection.Number <= 4)
                {
                    return;
                }

                await connection.SendAsync(Note('>', "subscribe", command[0]));
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var subscription = await client.SubscribeAsync("news");
        Assert.Equal(0, subscription.Interruptions);
        await using var joined = await client.SubscribeAsync("news");
        Assert.Equal(0, joined.Interruptions);
    }

    [Fact]
    public async Task Many_who_come_and_go_at_once_ask_in_the_order_in_which_they_came_and_went()
    {
        var asked = new ConcurrentQueue<string>();
        await using var server = Server(async (connection, command, number) =>
        {
            asked.Enqueue(command.Text);
            await connection.SendAsync(Note('>', command.Name.ToLowerInvariant(), command[0]));
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        string[] names = ["a", "b", "c", "d"];
        await Task.WhenAll(Enumerable.Range(0, 12).Select(number => Task.Run(async () =>
        {
            for (var round = 0; round < 100; round++)
            {
                await (await client.SubscribeAsync(names[number % names.Length])).DisposeAsync();
            }
        })));
        await using var last = await client.SubscribeAsync("a");

        // The first of a name comes, the last one goes: never two of either in a row.
        Assert.All(names, name =>
        {
            var commands = asked.Where(text => text.EndsWith(name, StringComparison.Ordinal)).ToArray();
            Assert.All(commands, (text, index) => Assert.Equal(index % 2 == 0 ? $"SUBSCRIBE {name}" : $"UNSUBSCRIBE {name}", text));
            Assert.True(commands.Length > 1, $"{commands.Length} commands");
        });
        Assert.Equal(0, last.Interruptions);
    }

    [Fact]
    public async Task After_many_have_come_and_gone_exactly_what_is_wanted_is_subscribed_at_a_real_server()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        string[] names = ["a", "b", "c"];
        await Task.WhenAll(Enumerable.Range(1, 8).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (var round = 0; round < 60; round++)
            {
                await (await client.SubscribeAsync(names[random.Next(names.Length)])).DisposeAsync();
            }
        })));
        await using var last = await client.SubscribeAsync("b");
        await Eventually.TrueAsync(async () => await client.PublishAsync("a", "x") + await client.PublishAsync("c", "x") == 0);
        Assert.Equal(1, await client.PublishAsync("b", "here"));
        Assert.Equal("here", await NextAsync(last));
        Assert.Equal(0, last.Interruptions);
    }

    /// <summary>A server that runs the script for each command about subscriptions, numbered from 1 on each connection.</summary>
    private static ScriptedServer Server(Func<ScriptedConnection, ReceivedCommand, int, Task> script) => ScriptedServer.Start(async connection =>
    {
        for (var number = 1; await connection.NextAsync() is { } command; number++)
        {
            await script(connection, command, number);
        }
    });

    private static string Note(char type, string kind, string name) =>
        $"{type}3\r\n${kind.Length}\r\n{kind}\r\n${name.Length}\r\n{name}\r\n:1\r\n";

    private static string Message(char type, bool isPattern, string name, string text) => isPattern
        ? $"{type}4\r\n$8\r\npmessage\r\n${name.Length}\r\n{name}\r\n${name.Length}\r\n{name}\r\n${text.Length}\r\n{text}\r\n"
        : $"{type}3\r\n$7\r\nmessage\r\n${name.Length}\r\n{name}\r\n${text.Length}\r\n{text}\r\n";

    private static async Task<string> NextAsync(RedisSubscription subscription)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await foreach (var message in subscription.WithCancellation(timeout.Token))
        {
            return message.Text;
        }

        return "nothing";
    }
}
