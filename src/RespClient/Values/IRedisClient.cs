using RespClient.Protocol;

namespace RespClient;

/// <summary>
/// Sends commands to Redis. The whole contract is one method: typed commands are extension methods over it, and
/// any other client can stand behind it.
/// </summary>
/// <remarks>
/// Commands started one after another without awaiting are pipelined: they reach the server in that order, on one
/// connection, in one round trip. Implementations are safe for concurrent use.
/// </remarks>
public interface IRedisClient
{
    /// <summary>Sends one command and completes with its reply.</summary>
    /// <param name="command">The command. Its arguments must not change until the returned task has completed.</param>
    /// <param name="cancellationToken">
    /// Stops waiting. A command that was already written is still executed by the server.
    /// </param>
    /// <returns>The reply; never an error reply.</returns>
    /// <exception cref="RedisServerException">The server answered with an error.</exception>
    /// <exception cref="RedisConnectionException">The connection was lost; <see cref="RedisException.Outcome"/> says whether the command can have run.</exception>
    /// <exception cref="RedisTimeoutException">No answer within the time-out of the command.</exception>
    /// <exception cref="RedisProtocolException">The server sent what is not RESP, or more than the limits allow.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default);
}
