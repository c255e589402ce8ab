using System.Buffers.Text;

using RespClient.Protocol;

namespace RespClient.Queue;

/// <summary>
/// A command whose answer is known before it is asked: the server repeats a number that was never used before. The answer
/// in its place shows that the replies are in step; another one shows that those before it may have gone to wrong callers.
/// </summary>
internal sealed class PendingProbe : PendingCommand
{
    private readonly StepCheck _check;
    private readonly byte[] _nonce = new byte[20];

    public PendingProbe(StepCheck check, string command, ulong nonce)
    {
        _check = check;
        Command = command;
        Utf8Formatter.TryFormat(nonce, _nonce, out var length);
        Array.Resize(ref _nonce, length);
        Begin();
    }

    /// <summary><c>PING</c> or <c>ECHO</c>.</summary>
    public string Command { get; }

    /// <summary>What it asks the server to repeat.</summary>
    public byte[] Nonce => _nonce;

    /// <exception cref="RepliesOutOfStepException">It is the answer to something else.</exception>
    public override bool OnBulkReply(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.SequenceEqual(_nonce))
        {
            throw new RepliesOutOfStepException(Command);
        }

        _check.Passed();
        return TryResolve() && false;
    }

    public override bool OnReply(in RespValue reply)
    {
        if (!reply.IsError)
        {
            return reply.Kind is RespKind.BulkString or RespKind.SimpleString
                ? OnBulkReply(reply.Bytes.Span)
                : throw new RepliesOutOfStepException(Command);
        }

        // A server that is busy, or does not let this user ask, shows nothing either way.
        _check.Refused(Command, RedisErrorKinds.Parse(reply.AsString()!));
        return TryResolve() && false;
    }

    public override bool OnTooLarge(RedisProtocolException reason) => throw new RepliesOutOfStepException(Command);

    public override void Announce()
    {
        // It has no caller.
    }

    protected override void SetError(Exception reason)
    {
    }

    protected override void Recycle()
    {
    }
}

/// <summary>A reply is not the one that belongs in its place: those before it may have gone to wrong callers.</summary>
internal sealed class RepliesOutOfStepException(string command)
    : Exception($"replies were out of step: what came in the place of the answer to {command} was something else");
