using System.Runtime.CompilerServices;

using RedisSessions.Records;

using RespClient;

namespace RedisSessions.Redis;

/// <summary>Keeps records as hashes: a commit writes only what changed, and only while the record lives.</summary>
internal sealed class FieldRecordStore(
    IFieldCache cache, SessionKeys keys, ValueProtection protection, RedisClock clock, SecondLook look) : IRecordStore
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SessionRecord?> LoadAsync(string key, CancellationToken cancellationToken)
    {
        var drops = look.Drops;
        RecordReading reading;
        try
        {
            reading = InTime(RecordLayout.Read(key, await cache.ReadAsync(key, cancellationToken), protection));
        }
        catch (RedisException e)
        {
            reading = ReadingOf(e);
        }

        return reading.Kind == RecordReadingKind.Found
            ? Loaded(key, reading)
            : await ConfirmAsync(key, reading, drops, cancellationToken);
    }

    /// <summary>Looks again where the first answer held no record.</summary>
    /// <param name="key">The record's key.</param>
    /// <param name="first">What the first answer said.</param>
    /// <param name="drops"><see cref="SecondLook.Drops"/> before it was asked for.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask<SessionRecord?> ConfirmAsync(
        string key, RecordReading first, int drops, CancellationToken cancellationToken) =>
        Loaded(key, await look.ConfirmAsync(key, first, drops, async () =>
        {
            try
            {
                return RecordLayout.Read(key, await cache.ConfirmAsync(key, [], cancellationToken), protection);
            }
            catch (RedisException e)
            {
                return ReadingOf(e);
            }
        }));

    /// <summary>A record beyond its end, because its TTL was taken away, is asked for again before it counts.</summary>
    public RecordReading InTime(RecordReading reading) =>
        reading.Record is { } record && clock.IsPast(record.ExpiresAt) ? RecordReading.Over : reading;

    /// <summary>What an error in the place of a record says of it.</summary>
    /// <exception cref="SessionUnavailableException">Nothing.</exception>
    public RecordReading ReadingOf(RedisException e) =>
        e is RedisServerException { Kind: RedisErrorKind.WrongType } ? RecordReading.Broken : throw Unavailable("load", e);

    /// <summary>Counts what was found behind any near cache.</summary>
    public SessionRecord? Loaded(string key, RecordReading reading)
    {
        look.Report.Loaded(key, reading.Kind);
        return reading.Record;
    }

    /// <summary>As <see cref="SecondLook.Drops"/>.</summary>
    public int Drops => look.Drops;

    public ValueTask<SessionRecord?> ReloadAsync(string key, CancellationToken cancellationToken) =>
        LoadAsync(key, cancellationToken);

    public ValueTask<RecordOutcome> CommitAsync(RecordChange change) => CommitAsync(change, SealedValues(change), null);

    /// <summary>As <see cref="CommitAsync(RecordChange)"/>, with the values as they are to be stored.</summary>
    /// <param name="change">The change.</param>
    /// <param name="sealedValues">What <see cref="SealedValues"/> made of its values.</param>
    /// <param name="through">The client to send it through; <see langword="null"/>: the cache's own.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<RecordOutcome> CommitAsync(
        RecordChange change, Dictionary<string, byte[]?>? sealedValues, IRedisClient? through)
    {
        var write = WriteOf(change, sealedValues ?? change.Values);
        var sentAt = clock.LocalNow;
        try
        {
            var answer = await (change.Base is null
                ? cache.CreateAsync(write, through, CancellationToken.None)
                : cache.ChangeAsync(write, through, CancellationToken.None));
            if (answer.Now is { } now)
            {
                clock.Observe(now, sentAt);
            }

            return OutcomeOf(change, sealedValues, answer);
        }
        catch (RedisException e)
        {
            throw Unavailable("commit", e);
        }
    }

    public async ValueTask<bool> DeleteAsync(string key, string? userId)
    {
        try
        {
            return await cache.DeleteAsync(key, string.IsNullOrEmpty(userId) ? null : keys.User(userId), CancellationToken.None);
        }
        catch (RedisException e)
        {
            throw Unavailable("end", e);
        }
    }

    public async ValueTask<(IReadOnlyList<string> Removed, bool AreAll)> DeleteOfUserAsync(string userId, string? keptKey)
    {
        try
        {
            return await cache.DeleteListedAsync(keys.User(userId), userId, keptKey, CancellationToken.None);
        }
        catch (RedisException e)
        {
            throw Unavailable("end", e);
        }
    }

    /// <summary>The values encrypted; <see langword="null"/> where they are stored as they are.</summary>
    public Dictionary<string, byte[]?>? SealedValues(RecordChange change) => !protection.IsOn
        ? null
        : change.Values.ToDictionary(
            value => value.Key, value => value.Value is null ? null : protection.Protect(value.Key, value.Value));

    private FieldWrite WriteOf(RecordChange change, Dictionary<string, byte[]?> values)
    {
        var creates = change.Base is null;
        var before = change.Base;
        var identityChanged = change.Identity is not null && change.Identity != before?.Identity;
        var expiryChanges = creates || change.Renews || change.NewKey is not null || identityChanged;
        var write = new FieldWrite
        {
            Key = change.Key,
            NewKey = change.NewKey,
            IndexKey = change.Identity is { UserId.Length: > 0 } who && expiryChanges ? keys.User(who.UserId) : null,
            TimeToLive = creates || change.Renews ? change.Lifetime.IdleTimeout : null,
            KeepsLifetime = change.Renews && before?.Lifetime == change.Lifetime,
            Restarts = creates || change.Restarts,
            AbsoluteLifetime = change.AbsoluteLifetime,
            AsksTime = !(creates || change.Renews) && clock.IsStale,
        };
        if (creates || identityChanged || before!.Lifetime != change.Lifetime)
        {
            AddOwnFields(change, identityChanged, write);
        }

        foreach (var (key, value) in values)
        {
            if (value is null)
            {
                write.Remove(RecordLayout.FieldOf(key));
            }
            else
            {
                write.Set(RecordLayout.FieldOf(key), value);
            }
        }

        foreach (var key in change.Exact)
        {
            write.Expect(RecordLayout.FieldOf(key), (before!.SealedValues ?? before.Values).Get(key)?.ToArray());
        }

        return write;
    }

    private void AddOwnFields(RecordChange change, bool identityChanged, FieldWrite write)
    {
        void Add(KeyValuePair<string, byte[]> field) => write.Set(field.Key, field.Value);

        if (change.Base is null)
        {
            Add(new(RecordLayout.Format, RecordLayout.Text(RecordLayout.Revision)));
        }

        if (change.Base is null || change.Base.Lifetime != change.Lifetime)
        {
            RecordFields.AddLifetime(change.Lifetime, Add);
            // Even if the base has no such field: another request may have set it since.
            if (change is { Base: not null, Lifetime.IsPersistent: true })
            {
                write.Remove(RecordLayout.Browser);
            }
        }

        if (identityChanged)
        {
            // An agent or address of an earlier sign-in must not stay behind.
            foreach (var field in change.Base is null ? [] : AbsentFieldsOf(change.Identity!))
            {
                write.Remove(field);
            }

            RecordFields.AddIdentity(change.Identity!, protection, Add);
        }
    }

    private static IEnumerable<string> AbsentFieldsOf(SessionIdentity identity)
    {
        if (identity.UserAgent is null)
        {
            yield return RecordLayout.Agent;
        }

        if (identity.Address is null)
        {
            yield return RecordLayout.Address;
        }
    }

    private RecordOutcome OutcomeOf(
        RecordChange change, Dictionary<string, byte[]?>? sealedValues, FieldAnswer answer) => answer.Status switch
        {
            FieldStatus.Gone => new RecordOutcome(RecordOutcomeKind.Gone),
            FieldStatus.Conflict => new RecordOutcome(RecordOutcomeKind.Conflict, WithCurrent(change, answer.Current!)),
            _ => new RecordOutcome(
                RecordOutcomeKind.Committed, change.After(answer.Version, answer.Now, sealedValues), answer.TimeToLive),
        };

    private SessionRecord WithCurrent(RecordChange change, byte[]?[] current)
    {
        var before = change.Base!;
        var values = new Dictionary<string, byte[]?>(StringComparer.Ordinal);
        var sealedValues = new Dictionary<string, byte[]?>(StringComparer.Ordinal);
        var i = 0;
        foreach (var key in change.Exact)
        {
            var stored = current[i++];
            sealedValues[key] = stored;
            values[key] = stored is not null && protection.TryUnprotect(key, stored, out var value) ? value : null;
        }

        return before.With(before.Values.With(values), before.SealedValues?.With(sealedValues));
    }

    private SessionUnavailableException Unavailable(string operation, RedisException cause) =>
        look.Report.Unavailable(operation, "Redis", cause);
}
