using System.Buffers;

using RespClient.Stress.Callers;
using RespClient.Stress.Owned;

namespace RespClient.Tests.Stress;

/// <summary>What the stress run's callers know can be there, and how they tell what cannot.</summary>
public sealed class JudgeTests
{
    [Fact]
    public void AnAcknowledgedWriteLeavesNoEarlierValueAsPossible()
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
    public void AWriteThatMayStillBeOnItsWayIsToAKeyThatIsUsedNoMore()
    {
        var key = new OwnKey("a.");
        var name = key.Name;
        key.Failed(key.Next(), cannotHaveRun: false, mayRunLate: true);
        Assert.NotEqual(name, key.Name);
        key.Check(ReplyText.Null);
    }

    [Fact]
    public void ACounterGrowsWithEachReplyAndNeverBeyondItsCalls()
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
    public void AnElementThatIsGoneIsAFailureUnlessACallThatEndedEarlyMayHaveIt()
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
    public void AnElementThatIsTakenTwiceOrWasNeverPushedIsAFailure()
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
    public void ACommitThatIsMadeTwiceOrLostIsAFailure()
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
    public void ABufferOrAWriterThatIsUsedAfterItsWaitIsAFailure()
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
    public void ARecordOfAnotherKeyOrAnOlderVersionIsAFailure()
    {
        var records = new TrackedRecords("a.");
        records.Check(3, new TrackedRecord(records.Name(3), 5), least: 5);
        Assert.Throws<ForeignReplyException>(() => records.Check(3, new TrackedRecord(records.Name(3), 4), least: 5));
        Assert.Throws<ForeignReplyException>(() => records.Check(3, new TrackedRecord(records.Name(4), 9), least: 5));
        Assert.Throws<ForeignReplyException>(() => records.Check(3, null, least: 1));
        records.Check(3, null, least: 0);
    }
}
