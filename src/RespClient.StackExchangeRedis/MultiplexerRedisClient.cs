using RespClient.Protocol;

using StackExchange.Redis;

namespace RespClient.StackExchangeRedis;

/// <summary>
/// Sends commands over a connection of StackExchange.Redis. What that library cannot tell about a command that failed is
/// "outcome unknown".
/// </summary>
/// <remarks>
/// It shares one connection among all callers, so a command that blocks on the server would hold up all. A read of
/// streams that may wait is asked again and again instead; other blocking commands, and those that change what a
/// connection is, are refused.
/// </remarks>
public sealed class MultiplexerRedisClient : IRedisClient
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly IDatabaseAsync _database;
    private readonly TimeProvider _time;

    /// <summary>Makes a client over a connection, which it neither opens nor closes.</summary>
    /// <param name="connection">The application's connection.</param>
    /// <param name="database">The number of the database. Default -1: the one in the connection's configuration.</param>
    /// <param name="timeProvider">Measures time-outs. Default: the system's.</param>
    public MultiplexerRedisClient(IConnectionMultiplexer connection, int database = -1, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _database = connection.GetDatabase(database);
        _time = timeProvider ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The command would hold up, or change, the connection that all share.</exception>
    public ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var arguments = CommandArguments.Of(command);
        // Without one of its own, a command has the asyncTimeout of the connection.
        var timeout = command.Timeout ?? Timeout.InfiniteTimeSpan;
        return BlockingRead.Find(arguments) is { } read
            ? new(WaitAsync(command.Name, read, timeout, cancellationToken))
            : new(SendAsync(command.Name, arguments, timeout, cancellationToken));
    }

    private async Task<RespValue> SendAsync(string name, object[] arguments, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            var sent = _database.ExecuteAsync(name, arguments);
            // A caller that stops waiting leaves the command on its way: a failure then counts as observed.
            _ = sent.ContinueWith(
                static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return ReplyReader.Read(await sent.WaitAsync(timeout, _time, cancellationToken));
        }
        catch (Exception e) when (Failure.Translate(e) is { } translated)
        {
            throw translated;
        }
    }

    private async Task<RespValue> WaitAsync(string name, BlockingRead read, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            var reply = await SendAsync(name, read.Arguments, timeout, cancellationToken);
            if (!reply.IsNull || (read.Wait != Timeout.InfiniteTimeSpan && _time.GetElapsedTime(started) >= read.Wait))
            {
                return reply;
            }

            await Task.Delay(PollInterval, _time, cancellationToken);
        }
    }
}
