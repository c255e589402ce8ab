using System.Text;

using RespClient.Protocol;
using RespClient.Queue;

namespace RespClient.Tests.Pipelines;

public sealed class CommandQueueTests
{
    private const int Size = 64;
    private readonly CommandQueue _queue = new(new PipelineLimits(TimeSpan.FromSeconds(5), 100, 200, TimeSpan.FromSeconds(10), null, SendsReadsAgain: true));

    [Fact]
    public void Commands_are_sent_in_the_order_in_which_they_were_queued()
    {
        Queue("A");
        Queue("B");
        Assert.Equal("A B", Send());
        Assert.Equal(2, _queue.InFlightCount);
    }

    [Fact]
    public void A_command_that_was_given_up_before_it_was_sent_is_never_sent_nor_waited_for()
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
    public void Giving_up_the_only_unsent_command_leaves_nothing_to_send_and_nothing_owed()
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
    public void Giving_up_the_last_unsent_command_owes_no_reply_for_it()
    {
        Queue("A");
        GiveUp(Queue("B"));
        Assert.Equal("A", Send());
        Answer();
        Assert.True(_queue.AllSentAreAnswered);
        Assert.Null(_queue.NextToAnswer());
    }

    [Fact]
    public void A_reply_before_its_command_was_sent_belongs_to_nobody()
    {
        Queue("A");
        Assert.Null(_queue.NextToAnswer());
        Send();
        Assert.NotNull(_queue.NextToAnswer());
    }

    [Fact]
    public void A_lost_connection_keeps_reads_and_unsent_commands_in_order_and_gives_up_writes()
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
    public void A_command_that_is_not_sent_in_time_is_told_so_and_never_sent()
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
    public void The_backlog_takes_as_many_commands_and_bytes_as_it_may_and_not_one_more()
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
    public void A_command_without_room_waits_for_it_in_its_order_only_while_somebody_reads()
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
    public void More_commands_than_a_segment_holds_keep_their_order()
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
