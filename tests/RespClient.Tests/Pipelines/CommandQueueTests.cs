using System.Text;

using RespClient.Protocol;
using RespClient.Queue;

namespace RespClient.Tests.Pipelines;

public sealed class CommandQueueTests
{
    private const int Size = 64;
    private readonly CommandQueue _queue = new(new PipelineLimits(TimeSpan.FromSeconds(5), 100, 200, TimeSpan.FromSeconds(10), null, SendsReadsAgain: true));

    [Fact]
    public void CommandsAreSentInTheOrderInWhichTheyWereQueued()
    {
        Queue("A");
        Queue("B");
        Assert.Equal("A B", Send());
        Assert.Equal(2, _queue.InFlightCount);
    }

    [Fact]
    public void ACommandThatWasGivenUpBeforeItWasSentIsNeverSentNorWaitedFor()
    {
        Queue("A");
        var given = Queue("B");
        Queue("C");
        GiveUp(given);
        Assert.Equal("A C", Send());
        Answer();
        Answer();
        Assert.True(_queue.AllSentAreAnswered);
    }

    [Fact]
    public void GivingUpTheOnlyUnsentCommandLeavesNothingToSendAndNothingOwed()
    {
        GiveUp(Queue("A"));
        _queue.DropAbandoned();
        Assert.False(_queue.HasUnsent);
        Assert.True(_queue.AllSentAreAnswered);
        Queue("B");
        Assert.Equal("B", Send());
        Answer();
        Assert.True(_queue.AllSentAreAnswered);
    }

    [Fact]
    public void GivingUpTheLastUnsentCommandOwesNoReplyForIt()
    {
        Queue("A");
        GiveUp(Queue("B"));
        Assert.Equal("A", Send());
        Answer();
        Assert.True(_queue.AllSentAreAnswered);
        Assert.Null(_queue.NextToAnswer());
    }

    [Fact]
    public void AReplyBeforeItsCommandWasSentBelongsToNobody()
    {
        Queue("A");
        Assert.Null(_queue.NextToAnswer());
        Send();
        Assert.NotNull(_queue.NextToAnswer());
    }

    [Fact]
    public void ALostConnectionKeepsReadsAndUnsentCommandsInOrderAndGivesUpWrites()
    {
        Queue("GET");
        Queue("INCR");
        Queue("TTL");
        Send();
        Queue("APPEND");
        var lost = _queue.EndConnection(sendReadsAgain: true);
        Assert.Equal(["INCR"], lost.Select(command => command.Name));
        _queue.StartConnection();
        Assert.Equal("GET TTL APPEND", Send());
        Assert.Equal(3, _queue.InFlightCount);
    }

    [Fact]
    public void ACommandThatIsNotSentInTimeIsToldSoAndNeverSent()
    {
        var sent = Queue("A");
        Assert.Equal("A", Send());
        var unsent = Queue("B");
        Queue("C");
        (sent.Deadline, unsent.Deadline) = (6, 5);
        List<(PendingCommand, bool)>? due = null;

        Assert.True(_queue.ClaimDue(5, ref due, out _, out _));
        Assert.Equal("C", Send());
        Assert.True(_queue.ClaimDue(6, ref due, out _, out _));

        Assert.Equal([(unsent, false), (sent, true)], due!);
    }

    [Fact]
    public void TheBacklogTakesAsManyCommandsAndBytesAsItMayAndNotOneMore()
    {
        Assert.Equal(Admission.Queue, _queue.Admit(1000, isConnected: false)); // one of any length
        Queue("A", new string('x', 100));
        Assert.Equal(Admission.Queue, _queue.Admit(200 - _queue.UnsentBytes, isConnected: false));
        Assert.Equal(Admission.Refuse, _queue.Admit(201 - _queue.UnsentBytes, isConnected: false));

        var three = new CommandQueue(new PipelineLimits(TimeSpan.FromSeconds(5), 3, 1000, TimeSpan.FromSeconds(10), null, SendsReadsAgain: true));
        for (var number = 1; number <= 3; number++)
        {
            Assert.Equal(Admission.Queue, three.Admit(Size, isConnected: false));
            three.Append(Rent("A"), Size, "A", []);
        }

        Assert.Equal(Admission.Refuse, three.Admit(Size, isConnected: false));

        // Who waits for room is not overtaken by one that would fit.
        _queue.AppendWaiting(Rent("B"), [new RedisCommand("B", new string('x', 150))]);
        Assert.Equal(Admission.Wait, _queue.Admit(1, isConnected: true));
    }

    [Fact]
    public void ACommandWithoutRoomWaitsForItInItsOrderOnlyWhileSomebodyReads()
    {
        var big = new string('x', 150);
        Queue("A", big);
        Assert.Equal(Admission.Wait, _queue.Admit(Size, isConnected: true));
        Assert.Equal(Admission.Refuse, _queue.Admit(Size, isConnected: false));
        var waiting = Rent("B");
        _queue.AppendWaiting(waiting, [new RedisCommand("B")]);
        Assert.Equal("A", Send());
        Assert.Equal("B", Send());
    }

    [Fact]
    public void MoreCommandsThanASegmentHoldsKeepTheirOrder()
    {
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < 1000; i++)
            {
                Queue($"C{i}");
                Send();
            }

            for (var i = 0; i < 1000; i++)
            {
                Assert.Equal($"C{i}", Answer().Name);
            }
        }

        Assert.Null(_queue.NextToAnswer());
    }

    private PendingReply Queue(string name, params RedisArgument[] arguments)
    {
        var command = Rent(name);
        _queue.Append(command, RespWriter.GetMaxByteCount(name, arguments), name, arguments);
        return command;
    }

    private static PendingReply Rent(string name)
    {
        var command = PendingReply.Rent(new RedisCommand(name));
        command.Name = name;
        command.Deadline = long.MaxValue;
        return command;
    }

    private void GiveUp(PendingCommand command)
    {
        Assert.True(command.TryClaim(command.Glance));
        _queue.NoteAbandoned(command);
    }

    /// <summary>The names of what is sent.</summary>
    private string Send()
    {
        _queue.DropAbandoned();
        var bytes = _queue.TakeUnsent();
        var reader = new RespReader(RespLimits.Default);
        var names = new List<string>();
        ReadOnlySpan<byte> rest = bytes;
        while (!rest.IsEmpty)
        {
            Assert.Equal(RespReadStatus.Done, reader.Read(rest, out var consumed, out var value));
            names.Add(Encoding.UTF8.GetString(value.Items[0].Bytes.Span));
            rest = rest[consumed..];
        }

        return string.Join(' ', names);
    }

    private PendingCommand Answer()
    {
        var command = _queue.NextToAnswer();
        Assert.NotNull(command);
        _queue.TakeAnswered(command);
        return command;
    }
}
