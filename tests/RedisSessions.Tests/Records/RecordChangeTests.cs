using RedisSessions.Records;

namespace RedisSessions.Tests.Records;

/// <summary>The record after a change, made of what is known of the record before.</summary>
public sealed class RecordChangeTests
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.UnixEpoch.AddYears(56);

    private static readonly SessionIdentity Anna = new("anna", [1], null, null, Noon);

    private readonly SessionRecord _base = Record(3, new() { ["a"] = [1], ["b"] = [1] });

    [Fact]
    public void What_others_have_changed_since_the_request_began_is_in_the_record_that_is_kept()
    {
        var current = new SessionRecord
        {
            Version = 7,
            CreatedAt = Noon,
            RenewedAt = Noon.AddHours(2),
            Lifetime = SessionLifetime.Remembered(TimeSpan.FromDays(2)),
            Deadline = Noon.AddDays(9),
            Identity = Anna with { ValidatedAt = Noon.AddHours(1) },
            Values = RecordValues.Empty.With(new() { ["b"] = [2], ["c"] = [2] }),
        };
        var change = Change(new() { ["d"] = [3] });

        var after = change.After(8, null, current: current);

        Assert.True(after.IsWhole);
        Assert.Equal(8, after.Version);
        Assert.Equal(["b", "c", "d"], after.Values.Keys.Order());
        Assert.Equal([2], after.Values.Get("b")!.Value.ToArray());
        Assert.Equal((current.RenewedAt, current.Lifetime, current.Deadline), (after.RenewedAt, after.Lifetime, after.Deadline));
        Assert.Same(current.Identity, after.Identity);
    }

    [Fact]
    public void What_the_request_itself_has_changed_counts_over_what_others_did()
    {
        var current = Record(7, new() { ["a"] = [2] });
        var lifetime = SessionLifetime.Remembered(TimeSpan.FromDays(1));
        var change = Change(new() { ["a"] = [3], ["b"] = null }, lifetime, Anna, renews: true);

        var after = change.After(8, Noon.AddHours(3), current: current);

        Assert.True(after.IsWhole);
        Assert.Equal([3], after.Values.Get("a")!.Value.ToArray());
        Assert.Null(after.Values.Get("b"));
        Assert.Equal((lifetime, Noon.AddHours(3)), (after.Lifetime, after.RenewedAt));
        Assert.Same(Anna, after.Identity);
    }

    [Theory]
    [InlineData(6, true)] // another commit came in between
    [InlineData(8, true)]
    [InlineData(7, false)] // of which not all is known
    public void A_record_that_is_not_the_one_just_before_tells_nothing(long version, bool isWhole)
    {
        var current = version == 7 ? Record(7, new() { ["x"] = [9] }).With(RecordValues.Empty, null) : Record(version, new() { ["x"] = [9] });
        Assert.Equal(isWhole, current.IsWhole);

        var after = Change(new() { ["a"] = [3] }).After(8, null, current: current);

        Assert.False(after.IsWhole);
        Assert.Null(after.Values.Get("x"));
    }

    [Fact]
    public void Where_nobody_else_was_there_the_base_is_enough_and_the_record_is_made_once()
    {
        var change = Change(new() { ["a"] = [3] });

        var after = change.After(4, null);

        Assert.True(after.IsWhole);
        Assert.Same(after, change.After(4, null, current: _base));
    }

    [Fact]
    public void A_new_session_builds_on_nothing_that_lay_under_its_key()
    {
        var change = new RecordChange
        {
            Key = "key",
            Lifetime = _base.Lifetime,
            Values = new() { ["a"] = [3] },
            AbsoluteLifetime = TimeSpan.FromDays(30),
        };

        var after = change.After(1, Noon, current: Record(0, new() { ["x"] = [9] }));

        Assert.True(after.IsWhole);
        Assert.Equal(["a"], after.Values.Keys);
        Assert.Equal((Noon, Noon.AddDays(30)), (after.CreatedAt, after.Deadline));
    }

    private RecordChange Change(
        Dictionary<string, byte[]?> values, SessionLifetime? lifetime = null, SessionIdentity? identity = null, bool renews = false) => new()
        {
            Key = "key",
            Base = _base,
            Values = values,
            Lifetime = lifetime ?? _base.Lifetime,
            Identity = identity ?? _base.Identity,
            Renews = renews,
        };

    private static SessionRecord Record(long version, Dictionary<string, byte[]?> values) => new()
    {
        Version = version,
        CreatedAt = Noon,
        RenewedAt = Noon,
        Lifetime = SessionLifetime.Remembered(TimeSpan.FromDays(7)),
        Values = RecordValues.Empty.With(values),
    };
}
