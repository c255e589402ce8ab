using RespClient.Commands;
using RespClient.PubSub;
using RespClient.Tests.Connections;

using TestServers;

namespace RespClient.Tests.PubSub;

public sealed class RedisSubscriptionTests(RedisServerFixture fixture) : IClassFixture<RedisServerFixture>
{
    private readonly string _channel = Guid.NewGuid().ToString("N");

    [Theory]
    [InlineData("resp2")]
    [InlineData("resp3")]
    public async Task Messages_published_after_the_subscription_arrive_in_order(string protocol)
    {
        await using var client = await RedisClient.ConnectAsync($"{fixture.Server.ConnectionString},protocol={protocol}");
        await using var subscription = await client.SubscribeAsync(_channel);
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => client.PublishAsync(_channel, i).AsTask()));
        var received = await TakeAsync(subscription, 500);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), received.Select(message => message.Text));
        Assert.All(received, message => Assert.Equal(_channel, message.Channel));
    }

    [Fact]
    public async Task A_pattern_receives_from_every_channel_it_matches()
    {
        await using var client = await fixture.ConnectAsync();
        await using var subscription = await client.SubscribePatternAsync(_channel + ".*");
        await client.PublishAsync(_channel + ".a", "1");
        await client.PublishAsync(_channel + ".b", "2");
        var received = await TakeAsync(subscription, 2);
        Assert.Equal([_channel + ".a", _channel + ".b"], received.Select(message => message.Channel));
    }

    [Fact]
    public async Task Two_subscribers_of_one_channel_both_receive_and_leave_on_their_own()
    {
        await using var client = await fixture.ConnectAsync();
        var first = await client.SubscribeAsync(_channel);
        await using var second = await client.SubscribeAsync(_channel);
        Assert.Equal(1, await client.PublishAsync(_channel, "both"));
        Assert.Single(await TakeAsync(first, 1));
        Assert.Single(await TakeAsync(second, 1));
        await first.DisposeAsync();
        await client.PublishAsync(_channel, "one");
        Assert.Equal("one", Assert.Single(await TakeAsync(second, 1)).Text);
    }

    [Fact]
    public async Task The_last_subscriber_to_leave_unsubscribes_at_the_server()
    {
        await using var client = await fixture.ConnectAsync();
        await (await client.SubscribeAsync(_channel)).DisposeAsync();
        await Eventually.TrueAsync(async () => await client.PublishAsync(_channel, "x") == 0);
    }

    [Fact]
    public async Task A_lost_connection_is_subscribed_again_and_counted()
    {
        await using var client = await fixture.ConnectAsync();
        await using var subscription = await client.SubscribeAsync(_channel);
        await client.ExecuteAsync(new RedisCommand("CLIENT", "KILL", "TYPE", "PUBSUB"));
        await Eventually.TrueAsync(async () => await client.PublishAsync(_channel, "again") == 1);
        Assert.Equal("again", Assert.Single(await TakeAsync(subscription, 1)).Text);
        Assert.Equal(1, subscription.Interruptions);
    }

    [Fact]
    public async Task A_reader_that_is_too_slow_loses_the_oldest_messages_and_sees_how_many()
    {
        await using var client = await fixture.ConnectAsync();
        await using var subscription = await client.SubscribeAsync(_channel, capacity: 2);
        for (var i = 0; i < 5; i++)
        {
            await client.PublishAsync(_channel, i);
        }

        await Eventually.TrueAsync(() => subscription.Dropped == 3);
        Assert.Equal(["3", "4"], (await TakeAsync(subscription, 2)).Select(message => message.Text));
    }

    [Fact]
    public async Task A_refused_channel_is_told_to_whoever_subscribes()
    {
        await using var client = await fixture.ConnectAsync();
        await client.ExecuteAsync(new RedisCommand("ACL", "SETUSER", _channel, "on", ">pw", "+@all", "~*", "resetchannels"));
        await using var restricted = await RedisClient.ConnectAsync($"{fixture.Server.ConnectionString},user={_channel},password=pw");
        var error = await Assert.ThrowsAsync<RedisServerException>(() => restricted.SubscribeAsync("news"));
        Assert.Equal(RedisErrorKind.NoPermission, error.Kind);
    }

    [Fact]
    public async Task Disposing_the_client_ends_the_enumeration()
    {
        var client = await fixture.ConnectAsync();
        var subscription = await client.SubscribeAsync(_channel);
        await client.DisposeAsync();
        await foreach (var message in subscription)
        {
            Assert.Fail($"a message came: {message}");
        }
    }

    private static async Task<List<RedisMessage>> TakeAsync(RedisSubscription subscription, int count)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var messages = new List<RedisMessage>();
        await foreach (var message in subscription.WithCancellation(timeout.Token))
        {
            messages.Add(message);
            if (messages.Count == count)
            {
                break;
            }
        }

        return messages;
    }
}
