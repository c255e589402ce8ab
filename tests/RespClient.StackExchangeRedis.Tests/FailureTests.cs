using StackExchange.Redis;

using Theirs = StackExchange.Redis;

namespace RespClient.StackExchangeRedis.Tests;

/// <summary>What is known of a command that failed: no more than StackExchange.Redis tells.</summary>
public sealed class FailureTests
{
    [Theory]
    [InlineData(ConnectionFailureType.SocketClosed, CommandStatus.Sent, CommandOutcome.OutcomeUnknown)]
    [InlineData(ConnectionFailureType.SocketClosed, CommandStatus.Unknown, CommandOutcome.OutcomeUnknown)]
    [InlineData(ConnectionFailureType.SocketClosed, CommandStatus.WaitingToBeSent, CommandOutcome.NotSent)]
    [InlineData(ConnectionFailureType.SocketClosed, CommandStatus.WaitingInBacklog, CommandOutcome.NotSent)]
    [InlineData(ConnectionFailureType.UnableToConnect, CommandStatus.Unknown, CommandOutcome.NotSent)]
    [InlineData(ConnectionFailureType.UnableToConnect, CommandStatus.Sent, CommandOutcome.OutcomeUnknown)]
    [InlineData(ConnectionFailureType.UnableToResolvePhysicalConnection, CommandStatus.Unknown, CommandOutcome.NotSent)]
    public void A_lost_connection_is_not_sent_only_where_the_library_says_so(
        ConnectionFailureType failure, CommandStatus status, CommandOutcome outcome)
    {
#pragma warning disable CS0618 // The newer constructor is not in every version this is tested with.
        var e = new Theirs.RedisConnectionException(failure, "at SET secret", null, status);
#pragma warning restore CS0618

        var translated = Assert.IsType<RespClient.RedisConnectionException>(Failure.Translate(e));

        Assert.Equal(outcome, translated.Outcome);
        Assert.DoesNotContain("secret", translated.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CommandStatus.Sent, CommandOutcome.OutcomeUnknown)]
    [InlineData(CommandStatus.Unknown, CommandOutcome.OutcomeUnknown)]
    [InlineData(CommandStatus.WaitingToBeSent, CommandOutcome.OutcomeUnknown)]
    [InlineData(CommandStatus.WaitingInBacklog, CommandOutcome.NotSent)]
    public void A_timeout_is_unknown_unless_the_command_was_still_in_the_backlog(CommandStatus status, CommandOutcome outcome)
    {
#pragma warning disable CS0618 // As above.
        var e = new Theirs.RedisTimeoutException("at SET secret", status);
#pragma warning restore CS0618

        Assert.Equal(outcome, Assert.IsType<RespClient.RedisTimeoutException>(Failure.Translate(e)).Outcome);
    }

    [Fact]
    public void A_fault_that_is_none_of_Redis_stays_what_it_is() => Assert.Null(Failure.Translate(new InvalidOperationException()));
}
