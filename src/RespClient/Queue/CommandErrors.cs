using System.Globalization;

namespace RespClient.Queue;

/// <summary>The errors of commands that ended without a reply. Never has keys or values.</summary>
internal static class CommandErrors
{
    // A reply that fits into the receive buffer holds up no other.
    private const long LargeReply = 64 * 1024;

    /// <summary>The client is disposed of.</summary>
    public static ObjectDisposedException Disposed() => new("RedisClient");

    /// <summary>The client refuses commands.</summary>
    public static Exception Closed(string name, Exception reason) => reason is ObjectDisposedException
        ? Disposed()
        : new RedisConnectionException($"{name} was not sent: {reason.Message}", CommandOutcome.NotSent, reason);

    /// <summary>The client began to refuse commands while this one waited.</summary>
    public static RedisConnectionException Closed(PendingCommand command, Exception reason) => command.WasSentBefore
        ? new RedisConnectionException($"No reply to {command.Name}: {reason.Message}", CommandOutcome.OutcomeUnknown, reason)
        : new RedisConnectionException($"{command.Name} was not sent: {reason.Message}", CommandOutcome.NotSent, reason);

    /// <summary>Too many commands wait.</summary>
    /// <param name="name">The command's.</param>
    /// <param name="commands">How many wait.</param>
    /// <param name="bytes">How long they are.</param>
    /// <param name="whyNoConnection"><see langword="null"/>: there is one.</param>
    public static RedisConnectionException BacklogFull(string name, int commands, int bytes, string? whyNoConnection) => new(
        $"{name} was not sent: the backlog is full ({commands} commands, {bytes} bytes)."
            + (whyNoConnection is null ? "" : $" There is no connection: {whyNoConnection}."),
        CommandOutcome.NotSent);

    /// <summary>The connection that had the command is gone.</summary>
    public static RedisException Lost(PendingCommand command, Exception reason, string why) => reason is RedisProtocolException
        ? new RedisProtocolException(reason.Message, reason.InnerException)
        : new RedisConnectionException(
            $"The connection was lost after {command.Name} was written: {why}. It may have run or not.", CommandOutcome.OutcomeUnknown, reason);

    /// <summary>The command was written, and no reply came in time.</summary>
    /// <param name="command">The command.</param>
    /// <param name="next">The name of the command whose reply comes next; <see langword="null"/>: there is none.</param>
    /// <param name="isNext">Whether that is this command.</param>
    /// <param name="received">How many bytes of that reply have come.</param>
    public static RedisTimeoutException NoReply(PendingCommand command, string? next, bool isNext, long received)
    {
        var more = next is null || received < LargeReply ? ""
            : isNext ? string.Create(CultureInfo.InvariantCulture, $" Its reply is on its way, {received:N0} bytes so far.")
            : string.Create(CultureInfo.InvariantCulture, $" The reply to {next} is on its way before it, {received:N0} bytes so far.");
        return new RedisTimeoutException($"No reply to {command.Name} within {Waited(command)}. It may have run or not.{more}", CommandOutcome.OutcomeUnknown);
    }

    /// <summary>There was a connection, and it took nothing in time.</summary>
    public static RedisTimeoutException NotSent(PendingCommand command) =>
        new($"{command.Name} could not be sent within {Waited(command)}.", CommandOutcome.NotSent);

    /// <summary>There was no connection in time.</summary>
    public static RedisConnectionException NotConnected(PendingCommand command, string why) =>
        new($"{command.Name} was not sent within {Waited(command)}: {why}.", CommandOutcome.NotSent);

    private static string Waited(PendingCommand command) =>
        string.Create(CultureInfo.InvariantCulture, $"{command.Timeout.TotalMilliseconds:0} ms");
}
