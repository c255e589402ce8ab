using RespClient.Clocks;
using RespClient.Tracking;

namespace RespClient.Tests.Tracking.Table;

/// <summary>Reads and writes of one record under way at the same time, one step after the other.</summary>
public sealed class OwnWriteTests
{
    private const string Key = "a";
    private static readonly TrackedItem<Note> Kept = TrackedItem.Keep(new Note(1, "text"), 0, null);

    private readonly TrackedTable<string, Note> _table;

    public OwnWriteTests()
    {
        _table = new TrackedTable<string, Note>(
            new Notes(), new TrackedCacheOptions(), TimeProvider.System, new CoarseClock(TimeProvider.System), TrackingRules.All);
        _table.BeginEpoch(1);
        _table.TurnOn();
    }

    [Fact]
    public void A_read_that_began_before_the_end_of_a_write_is_joined_by_nobody_after_it()
    {
        _table.Mark(Key);
        var early = Join(isNew: true);
        _table.Unmark(Key);

        Assert.NotSame(early, Join(isNew: true));
        _table.Finish(early, Kept);
        Assert.Null(_table.Current(Key));
    }

    [Fact]
    public void Of_two_writes_under_way_the_end_of_the_first_keeps_nothing_yet()
    {
        _table.Mark(Key);
        _table.Mark(Key);
        _table.Unmark(Key);

        _table.Finish(Join(isNew: true), Kept);
        Assert.Null(_table.Current(Key));

        _table.Unmark(Key);
        _table.Finish(Join(isNew: true), Kept);
        Assert.NotNull(_table.Current(Key));
    }

    [Fact]
    public void A_push_that_comes_after_the_end_of_an_earlier_read_poisons_the_later_one()
    {
        var earlier = Join(isNew: true);
        _table.Invalidate("note:a"u8, 1);
        var later = Join(isNew: true);
        _table.Finish(earlier, Kept);
        Assert.Same(later, Join(isNew: false));

        _table.Invalidate("note:a"u8, 2);
        _table.Finish(later, Kept);

        Assert.Null(_table.Current(Key));
    }

    [Fact]
    public void The_push_of_an_own_write_is_the_first_of_its_key_right_behind_its_reply()
    {
        var pushes = new AwaitedPush<string>();
        pushes.Await(Key, 5);
        Assert.False(pushes.IsMissing(5, out _));
        Assert.True(pushes.IsMissing(6, out var key) && key == Key);

        Assert.False(pushes.Takes(Key, 6));
        Assert.False(pushes.Takes("b", 5));
        Assert.True(pushes.Takes(Key, 5));
        Assert.False(pushes.Takes(Key, 5));
        Assert.False(pushes.IsMissing(6, out _));
    }

    private PendingRead<string, Note> Join(bool isNew)
    {
        var read = _table.Join(Key, isFresh: true, out var isOne, out _);
        Assert.Equal(isNew, isOne);
        return read!;
    }
}
