using RespClient.Protocol;

namespace RespClient.Queue;

/// <summary>A command that gets one reply of any type.</summary>
internal sealed class PendingReply : PendingCommand<RespValue>
{
    private IReplyObserver? _observer;

    private PendingReply()
    {
    }

    /// <summary>The command itself, kept to send it again if it only reads.</summary>
    public RedisCommand Command { get; private set; }

    /// <summary>Whether it may be sent twice. Its observer still sees one reply or one loss.</summary>
    public bool IsReadOnly => CommandRules.IsReadOnly(Command.Name);

    /// <param name="command">What it asks.</param>
    /// <param name="observer">Sees the reply before the caller does.</param>
    public static PendingReply Rent(in RedisCommand command, IReplyObserver? observer = null)
    {
        var pending = CommandPool<PendingReply>.Rent() ?? new PendingReply();
        pending.Begin();
        pending._observer = observer;
        pending.Command = command;
        pending.Tag = command.Tag;
        return pending;
    }

    // Of a reply that carries a tag, the reader loop has compared it.
    public override bool OnReply(in RespValue reply)
    {
        _observer?.OnReply(Tag == 0 ? reply : TaggedReply.Result(reply, Tag));
        return reply.IsError ? Fail(new RedisServerException(reply.AsString()!)) : Return(reply);
    }

    public override bool OnTooLarge(RedisProtocolException reason)
    {
        // The observer sees that there was a reply, and nothing of what it held.
        _observer?.OnReply(RespValue.FromBytes(RespKind.SimpleError, "ERR the reply is beyond the limits"u8.ToArray()));
        return Fail(reason);
    }

    protected override void OnLost() => _observer?.OnLost();

    protected override void Recycle()
    {
        _observer = null;
        Command = default;
        base.Recycle();
        CommandPool<PendingReply>.Return(this);
    }
}
