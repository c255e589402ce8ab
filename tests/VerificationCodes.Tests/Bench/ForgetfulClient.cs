using RespClient;
using RespClient.Protocol;

namespace VerificationCodes.Tests.Bench;

/// <summary>Loses one reply: the command has run, and its caller is told of a time-out.</summary>
internal sealed class ForgetfulClient(IRedisClient redis) : IRedisClient
{
    /// <summary>What the next reply that is lost has in it; empty: any; null: none is lost.</summary>
    public string? LosesReplyWith { get; set; }

    public async ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default)
    {
        var reply = await redis.ExecuteAsync(command, cancellationToken);
        if (LosesReplyWith is { } text && Has(reply, text))
        {
            LosesReplyWith = null;
            throw new RedisTimeoutException($"No reply to {command.Name}.", CommandOutcome.OutcomeUnknown);
        }

        return reply;
    }

    private static bool Has(RespValue reply, string text)
    {
        if (text.Length == 0)
        {
            return true;
        }

        if (reply.Kind is RespKind.BulkString or RespKind.SimpleString)
        {
            return reply.AsString()?.Contains(text, StringComparison.Ordinal) == true;
        }

        if (reply.Kind is not RespKind.Array)
        {
            return false;
        }

        foreach (var item in reply.Items)
        {
            if (Has(item, text))
            {
                return true;
            }
        }

        return false;
    }
}
