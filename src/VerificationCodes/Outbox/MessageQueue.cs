using System.Collections.Concurrent;

using Microsoft.Extensions.Options;

using RespClient;
using RespClient.Commands;

using VerificationCodes.Codes;
using VerificationCodes.Sms;

namespace VerificationCodes.Outbox;

/// <summary>A message that a worker has taken.</summary>
/// <param name="EntryId">Its place in the stream.</param>
/// <param name="Message">The message; an empty one past its deadline when it cannot be read.</param>
/// <param name="Deliveries">How many workers have taken it, this one included.</param>
/// <param name="Remaining">What was left until its deadline when it was taken, by Redis' clock.</param>
/// <param name="TakenAt">When that was, as a timestamp of this process' monotonic clock.</param>
internal sealed record TakenMessage(string EntryId, OutboxMessage Message, long Deliveries, TimeSpan Remaining, long TakenAt);

/// <summary>The outbox in Redis: a stream with one consumer group, and a sorted set of messages to be tried again.</summary>
internal sealed class MessageQueue(IRedisClient redis, RedisKeys keys, SmsRoute sms, IOptions<VerificationOptions> options, TimeProvider time)
{
    private const string Group = "senders";
    private static readonly LuaScript TakeScript = LuaScript.FromResource(typeof(MessageQueue), "Take.lua");
    private static readonly LuaScript SettleScript = LuaScript.FromResource(typeof(MessageQueue), "Settle.lua");

    private readonly string _consumer = $"{Environment.MachineName}-{Guid.NewGuid():N}";

    // What this worker has taken and not put down yet: at most its places, and what could not be recorded as sent.
    private readonly ConcurrentDictionary<string, bool> _held = new();

    // A reply to a take was lost, and what it gave is still this worker's. Only its loop takes, and only taking touches this.
    private bool _hasLostSome;

    /// <summary>
    /// A worker may hold a message for as long as one attempt lasts; only well after that is it presumed dead. With
    /// one <c>SendTimeout</c> for all, two workers thus never send one message at the same time.
    /// </summary>
    private TimeSpan LeftBehindAfter => options.Value.SendTimeout * 1.5 + TimeSpan.FromSeconds(1);

    /// <summary>
    /// The worker's next messages, to be put down one by one by <see cref="PutDown"/>. The next take repeats the
    /// messages of a lost reply: another worker would take them over only after <see cref="LeftBehindAfter"/>.
    /// </summary>
    public async ValueTask<IReadOnlyList<TakenMessage>> TakeAsync(int count, CancellationToken cancellationToken)
    {
        RedisArgument[] arguments = [Group, _consumer, count, (long)LeftBehindAfter.TotalMilliseconds, .. _hasLostSome ? Held() : []];
        var asksForLost = _hasLostSome;
        _hasLostSome = true;
        var reply = await TakeScript.ExecuteAsync(redis, [keys.Outbox, keys.Delayed], arguments, cancellationToken);
        var now = reply.Items[0].AsInt64();
        var takenAt = time.GetTimestamp();
        var items = reply.Items[1].Items;
        var taken = new TakenMessage[items.Length / 3];
        for (var i = 0; i < taken.Length; i++)
        {
            var message = OutboxMessage.FromJson(items[3 * i + 1].Bytes.Span);
            taken[i] = new TakenMessage(
                items[3 * i].AsString()!, message, items[3 * i + 2].AsInt64(), TimeSpan.FromMilliseconds(message.Deadline - now), takenAt);
            _held[taken[i].EntryId] = true;
        }

        _hasLostSome = asksForLost && taken.Length == count;
        return taken;
    }

    /// <summary>
    /// It is settled. What could not be settled is not put down: it is taken again as left behind, which is counted.
    /// </summary>
    public void PutDown(TakenMessage taken) => _held.TryRemove(taken.EntryId, out _);

    /// <summary>What is left until a message's deadline: Redis' clock when it was taken, and the time since.</summary>
    public TimeSpan RemainingOf(TakenMessage taken) => taken.Remaining - time.GetElapsedTime(taken.TakenAt);

    public async ValueTask DoneAsync(TakenMessage taken)
    {
        await DropAsync(taken);
        if (taken.Message.IsSms)
        {
            await sms.WorkedAsync();
        }
    }

    public async ValueTask LaterAsync(TakenMessage taken, TimeSpan wait)
    {
        await SettleAsync(taken, "later", (long)wait.TotalMilliseconds, (taken.Message with { Attempts = taken.Message.Attempts + 1 }).ToJson());
        if (taken.Message.IsSms)
        {
            await sms.FailedAsync();
        }
    }

    /// <summary>Takes it out of the outbox: nothing is to be sent.</summary>
    public ValueTask DropAsync(TakenMessage taken) => SettleAsync(taken, "done", 0, "");

    /// <summary>Gives it up. The nonce is dropped: a dead letter computes no code.</summary>
    public ValueTask BuryAsync(TakenMessage taken, string reason, bool wasTried) =>
        SettleAsync(taken, "dead", reason, (taken.Message with { Nonce = null, Attempts = taken.Message.Attempts + (wasTried ? 1 : 0) }).ToJson());

    /// <summary>
    /// Removes this worker, so that restarts leave no list of workers behind. The others take over what it still held.
    /// </summary>
    public async ValueTask LeaveAsync(CancellationToken cancellationToken)
    {
        var exists = await redis.ReadTaggedAsync("EXISTS", keys.Outbox, cancellationToken: cancellationToken);
        if (exists.AsInt64() == 0)
        {
            return;
        }

        var held = await redis.ReadTaggedAsync("XPENDING", keys.Outbox, [Group, "-", "+", 1, _consumer], cancellationToken);
        if (held.Items.Length == 0)
        {
            await redis.ExecuteAsync(new RedisCommand("XGROUP", "DELCONSUMER", keys.Outbox, Group, _consumer), cancellationToken);
        }
    }

    // A marker first: the ids that follow may be none.
    private RedisArgument[] Held() => ["lost", .. _held.Keys.Select(id => (RedisArgument)id)];

    // Not cancellable: what was sent must be recorded as sent, or it is sent again.
    private async ValueTask SettleAsync(TakenMessage taken, string how, RedisArgument detail, string json) =>
        await SettleScript.ExecuteAsync(redis, [keys.Outbox, keys.Delayed, keys.DeadLetters], [Group, taken.EntryId, how, detail, json]);
}
