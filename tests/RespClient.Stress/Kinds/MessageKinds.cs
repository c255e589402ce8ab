using RespClient.Commands;
using RespClient.Stress.Callers;

namespace RespClient.Stress.Kinds;

/// <summary>Publishes a message that names its channel; those who listen check it.</summary>
internal sealed class PublishKind() : CallKind("PUBLISH", "PUBLISH")
{
    public override async ValueTask CallAsync(Call call)
    {
        var channel = call.World.Channels.Pick(call.Random);
        var reply = await call.SendAsync("PUBLISH", channel, $"{channel}={call.Mark}");
        Call.Expect(reply.Kind == Protocol.RespKind.Integer && reply.AsInt64() >= 0, "how many listen", reply);
    }
}

/// <summary>Subscribes to a channel of the caller's own, and gets the message that it publishes there.</summary>
internal sealed class SubscribeKind() : CallKind("SUBSCRIBE")
{
    // Bounds the wait for a message on a machine that is busy; without disturbance it comes at once.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    public override int Limit => 8;

    public override async ValueTask CallAsync(Call call)
    {
        var channel = $"{call.Mark}channel";
        var starting = call.Client.SubscribeAsync(channel, cancellationToken: call.Token);
        call.Started();
        await using var subscription = await starting;
        await call.Client.PublishAsync(channel, call.Mark);
        if (call.World.Phase.IsDisturbed)
        {
            // The connection of subscriptions may have been lost since: then there is no message, and that is right.
            return;
        }

        using var bound = new CancellationTokenSource(Bound);
        await using var messages = subscription.GetAsyncEnumerator(bound.Token);
        Call.Expect(
            $"{channel}: {call.Mark}",
            await messages.MoveNextAsync() ? $"{messages.Current.Channel}: {messages.Current.Text}" : "the end of the subscription");
    }
}
