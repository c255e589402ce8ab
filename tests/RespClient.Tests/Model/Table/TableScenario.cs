using System.Text;

using RespClient.Clocks;
using RespClient.Protocol;
using RespClient.Tests.Model.Stepping;
using RespClient.Tracking;

namespace RespClient.Tests.Model.Table;

/// <summary>
/// A tracked table, a server with one record, and the reader loop that gets replies and pushes in the order of the wire.
/// Whoever has been told of a version, by the reply to a write or by a push, reads that or a newer one; and what is kept in
/// the end is what the server has.
/// </summary>
internal abstract class TableScenario : Scenario
{
    protected const string Key = "record";

    private const string Wire = "the wire";

    private readonly Queue<Action> _wire = new();
    private readonly List<PendingRead<string, Version>> _underWay = [];
    private readonly TrackedTable<string, Version> _table;
    private readonly CoarseClock _clock;
    private readonly DateTimeOffset? _expiresAt;
    private long _version = 1;
    private bool _isTracked;
    private long _answered;
    private long _told;

    /// <param name="lifetime">How long the record lives; null: for ever.</param>
    protected TableScenario(TimeSpan? lifetime = null)
    {
        _clock = new CoarseClock(Time);
        _expiresAt = Time.GetUtcNow() + lifetime;
        _table = new TrackedTable<string, Version>(new Records(_expiresAt), new TrackedCacheOptions(), Time, _clock, TrackingRules.All);
    }

    protected ModelTime Time { get; } = new();

    public override void Build(Action<ModelThread> add) => add(Service("reader", () =>
    {
        while (Steps.Execution!.Wait(Steps.Thread!, this, Wire, () => _wire.Count > 0))
        {
            _wire.Dequeue()();
        }
    }));

    public override void Begin()
    {
        _table.BeginEpoch(1);
        _table.TurnOn();
        _table.TrustOwnPushes();
    }

    public override string? Verify() =>
        _table.Current(Key) is { } kept && kept.Number != _version ? $"Version {kept.Number} is kept, and the server has {_version}." : null;

    /// <summary>As the cache reads.</summary>
    protected void Read()
    {
        var least = Told();
        var begun = Time.GetUtcNow();
        if (_table.TryGet(Key, _clock.Now, out var value))
        {
            Judge(value, least);
            if (_expiresAt <= begun)
            {
                Steps.Execution!.Fail("A record was served after its end.");
            }

            return;
        }

        var read = _table.Join(Key, isFresh: true, out var isNew, out value);
        if (isNew)
        {
            Send(() =>
            {
                var version = _version;
                _isTracked = true;
                _underWay.Add(read!);
                _wire.Enqueue(() =>
                {
                    _answered++;
                    _underWay.Remove(read!);
                    read!.OnReply(RespValue.FromBytes(RespKind.BulkString, Encoding.UTF8.GetBytes(version.ToString(System.Globalization.CultureInfo.InvariantCulture))));
                });
            });
        }

        if (read is null)
        {
            Judge(value!, least);
        }
        else if (Steps.Execution!.Wait(Steps.Thread!, read, Wire, () => read.Result.IsCompleted) && read.Result.IsCompletedSuccessfully)
        {
            Judge(read.Result.GetAwaiter().GetResult()!, least);
        }
    }

    /// <summary>A write that is followed on the wire: its reply takes the record's place, and its push is right behind.</summary>
    protected void Write() => Send(() =>
    {
        var version = ++_version;
        var hasPush = _isTracked;
        _isTracked = true;
        _wire.Enqueue(() =>
        {
            _answered++;
            _table.OnOwnReply(Key, hasPush ? TrackedItem.Keep(new Version(version), 8, _expiresAt) : TrackedItem.DoNotKeep<Version>(), _answered);
            Tell(version);
        });
        if (hasPush)
        {
            _wire.Enqueue(() => _table.Invalidate(Encoding.UTF8.GetBytes(Key), _answered));
        }
    });

    /// <summary>A write whose key is marked until it is answered; its push comes after.</summary>
    protected void WriteMarked()
    {
        var isAnswered = false;
        var version = 0L;
        _table.Mark(Key);
        Send(() =>
        {
            version = ++_version;
            _wire.Enqueue(() =>
            {
                _answered++;
                isAnswered = true;
            });
            PushIfTracked(() => { });
        });
        if (Steps.Execution!.Wait(Steps.Thread!, this, Wire, () => isAnswered))
        {
            _table.Unmark(Key);
            Tell(version);
        }
    }

    /// <summary>Another process writes.</summary>
    protected void WriteElsewhere() => Send(() =>
    {
        var version = ++_version;
        PushIfTracked(() => Tell(version));
    });

    /// <summary>The connection is lost with all that is on the wire, somebody writes, and the next one begins.</summary>
    protected void Reconnect() => Send(() =>
    {
        PendingRead<string, Version>[] lost = [.. _underWay];
        _underWay.Clear();
        _wire.Clear();
        _isTracked = false;
        var version = ++_version;
        _wire.Enqueue(() =>
        {
            _table.BeginEpoch(2);
            foreach (var read in lost)
            {
                _table.Finish(read, TrackedItem.DoNotKeep<Version>());
                read.Fail(new IOException("It was lost."));
            }

            _table.TurnOn();
            Tell(version);
        });
    });

    private void PushIfTracked(Action then)
    {
        if (_isTracked)
        {
            _isTracked = false;
            _wire.Enqueue(() =>
            {
                _table.Invalidate(Encoding.UTF8.GetBytes(Key), _answered);
                then();
            });
        }
    }

    private void Send(Action execute)
    {
        if (Steps.Thread is { } thread)
        {
            Steps.Execution!.Step(thread, this, Wire, Access.Both);
        }

        execute();
    }

    private long Told()
    {
        Steps.Execution!.Step(Steps.Thread!, this, nameof(Told), Access.Acquire);
        return _told;
    }

    private void Tell(long version)
    {
        Steps.Execution!.Step(Steps.Thread!, this, nameof(Told), Access.Both);
        _told = Math.Max(_told, version);
    }

    private static void Judge(Version read, long least)
    {
        if (read.Number < least)
        {
            Steps.Execution!.Fail($"{Steps.Thread!.Name} read version {read.Number} after it was told of {least}.");
        }
    }

    /// <summary>The record, as a version of it was.</summary>
    internal sealed record Version(long Number);

    private sealed class Records(DateTimeOffset? expiresAt) : ITrackedRecords<string, Version>
    {
        public RedisCommand Read(string key) => new("GET", key);

        public bool TryParseKey(ReadOnlySpan<byte> redisKey, out string key)
        {
            key = Key;
            return true;
        }

        public TrackedItem<Version> Parse(string key, in RespValue reply) => TrackedItem.Keep(new Version(reply.AsInt64()), 8, expiresAt);
    }
}
