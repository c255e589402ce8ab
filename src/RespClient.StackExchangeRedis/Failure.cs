using StackExchange.Redis;

using Theirs = StackExchange.Redis;

namespace RespClient.StackExchangeRedis;

/// <summary>What is known about a command that failed, in the words of <see cref="IRedisClient"/>.</summary>
/// <remarks>
/// <code>
/// StackExchange.Redis throws                                      outcome
/// RedisServerException                                            refused, with the server's kind
/// RedisCommandException                                           refused: the library did not send it
/// RedisConnectionException, waiting (to be sent, in the backlog)  not sent
/// RedisConnectionException, no connection to be had               not sent
/// RedisConnectionException, sent or unknown                       unknown
/// RedisTimeoutException, waiting in the backlog                   not sent: it is taken out of there
/// RedisTimeoutException, else; our own time-out                   unknown: it may still be sent
/// </code>
/// Messages keep what that library says of the connection, never arguments: they are cut off where arguments begin.
/// </remarks>
internal static class Failure
{
    /// <summary>The exception to throw instead; <see langword="null"/>: it is none of Redis.</summary>
    public static Exception? Translate(Exception exception) => exception switch
    {
        Theirs.RedisServerException e => new RespClient.RedisServerException(e.Message),
        Theirs.RedisConnectionException e => new RespClient.RedisConnectionException(
            $"StackExchange.Redis lost or has no connection ({e.FailureType}, command {e.CommandStatus}).", OutcomeOf(e), e),
        Theirs.RedisTimeoutException e => new RespClient.RedisTimeoutException(
            $"StackExchange.Redis had no reply in time (command {e.Commandstatus}).",
            e.Commandstatus == CommandStatus.WaitingInBacklog ? CommandOutcome.NotSent : CommandOutcome.OutcomeUnknown),
        RedisCommandException e => new RespClient.RedisServerException("ERR StackExchange.Redis does not send the command: " + FirstSentence(e.Message)),
        ObjectDisposedException e => new RespClient.RedisConnectionException("The connection of StackExchange.Redis is closed.", CommandOutcome.NotSent, e),
        TimeoutException => new RespClient.RedisTimeoutException("No reply in time.", CommandOutcome.OutcomeUnknown),
        Theirs.RedisException e => new RespClient.RedisConnectionException("StackExchange.Redis failed.", CommandOutcome.OutcomeUnknown, e),
        _ => null,
    };

    private static CommandOutcome OutcomeOf(Theirs.RedisConnectionException e) =>
        e.CommandStatus is CommandStatus.WaitingToBeSent or CommandStatus.WaitingInBacklog
        || (e.CommandStatus == CommandStatus.Unknown
            && e.FailureType is ConnectionFailureType.UnableToConnect or ConnectionFailureType.UnableToResolvePhysicalConnection)
            ? CommandOutcome.NotSent
            : CommandOutcome.OutcomeUnknown;

    private static string FirstSentence(string message) => message.Split(['.', ';', ':'], 2)[0];
}
