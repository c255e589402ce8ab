using System.Buffers;

using RespClient.Stress.Callers;
using RespClient.Stress.Owned;

namespace RespClient.Tests.Stress;

/// <summary>What the stress run's callers know can be there, and how they tell what cannot.</summary>
public sealed class JudgeTests
{
    [Fact]
    public void An_acknowledged_write_leaves_no_earlier_value_as_possible()
    {
        var key = new OwnKey("a.");
        var first = key.Next();
        key.Failed(first, cannotHaveRun: false, mayRunLate: false);
        var second = key.Next();
        key.Failed(second, cannotHaveRun: true, mayRunLate: false);
        Assert.Throws<ForeignReplyException>(() => key.Check(second));
        key.Check(first);
        var third = key.Next();
        key.Found(third);
        Assert.Throws<ForeignReplyException>(() => key.Check(first));
        Assert.Throws<ForeignReplyException>(() => key.Check(ReplyText.Null));
        key.Check(third);
    }

    [Fact]
    public void A_write_that_may_still_be_on_its_way_is_to_a_key_that_is_used_no_more()
    {
        var key = new OwnKey("a.");
        var name = key.Name;
        key.Failed(key.Next(), cannotHaveRun: false, mayRunLate: true);
        Assert.NotEqual(name, key.Name);
        key.Check(ReplyText.Null);
    }

    [Fact]
    public void A_counter_grows_with_each_reply_and_never_beyond_its_calls()
    {
        var counter = new OwnCounter("a.");
        counter.Ask();
        counter.Check("1");
        counter.Ask();
        Assert.Throws<ForeignReplyException>(() => counter.Check("1"));
        Assert.Throws<ForeignReplyException>(() => counter.Check("3"));
        Assert.Throws<ForeignReplyException>(() => counter.Check("OK"));
        counter.Failed(cannotHaveRun: true);
        Assert.Throws<ForeignReplyException>(() => counter.Check("2"));
    }

    [Fact]
    public void An_element_that_is_gone_is_a_failure_unless_a_call_that_ended_early_may_have_it()
    {
        var list = new OwnList("a.");
        var element = list.Next();
        list.Pushed(element);
        list.Check([element]);
        Assert.Throws<ForeignReplyException>(() => list.Check([]));
        list.EndedEarly(cannotHaveRun: true);
        Assert.Throws<ForeignReplyException>(() => list.Check([]));
        list.EndedEarly(cannotHaveRun: false);
        list.Check([]);
    }

    [Fact]
    public void An_element_that_is_taken_twice_or_was_never_pushed_is_a_failure()
    {
        var list = new OwnList("a.");
        var element = list.Next();
        list.Take(element);
        Assert.Throws<ForeignReplyException>(() => list.Take(element));
        Assert.Throws<ForeignReplyException>(() => list.Take("b.list=1"));
        Assert.Throws<ForeignReplyException>(() => list.Check([element]));
        var refused = list.Next();
        list.NotPushed(refused, cannotHaveRun: true);
        Assert.Throws<ForeignReplyException>(() => list.Check([refused]));
    }

    [Fact]
    public void A_commit_that_is_made_twice_or_lost_is_a_failure()
    {
        var counter = new WatchedCounter("a");
        Assert.Equal(1, counter.After(ReplyText.Null));
        counter.Committed(1);
        Assert.Throws<ForeignReplyException>(() => counter.Committed(1));
        Assert.Throws<ForeignReplyException>(() => counter.Check(ReplyText.Null));
        Assert.Throws<ForeignReplyException>(() => counter.Check("b=1"));
        Assert.Throws<ForeignReplyException>(() => counter.Check("a=2"));
        counter.Failed(cannotHaveRun: false);
        counter.Check("a=2");
    }

    [Fact]
    public void A_buffer_or_a_writer_that_is_used_after_its_wait_is_a_failure()
    {
        var buffer = new GuardedBuffer();
        "before"u8.CopyTo(buffer.Memory.Span);
        buffer.Seal();
        Assert.Null(buffer.FindTouch());
        "after"u8.CopyTo(buffer.Memory.Span);
        Assert.Equal("after", buffer.FindTouch());

        var touched = new List<string>();
        var writer = new GuardedWriter(touched.Add);
        writer.Write("before"u8);
        Assert.Empty(touched);
        writer.Close();
        writer.Write("after"u8);
        Assert.Equal("after", Assert.Single(touched));
    }

    [Fact]
    public void A_record_of_another_key_or_an_older_version_is_a_failure()
    {
        var records = new TrackedRecords("a.");
        records.Check(3, new TrackedRecord(records.Name(3), 5), least: 5);
        Assert.Throws<ForeignReplyException>(() => records.Check(3, new TrackedRecord(records.Name(3), 4), least: 5));
        Assert.Throws<ForeignReplyException>(() => records.Check(3, new TrackedRecord(records.Name(4), 9), least: 5));
        Assert.Throws<ForeignReplyException>(() => records.Check(3, null, least: 1));
        records.Check(3, null, least: 0);
    }
}
