using System.Net.Sockets;

using RespClient.Protocol;
using RespClient.Wire;

namespace RespClient.Connections;

/// <summary>
/// What a new connection says first: the protocol and the credentials in one step, then who we are, the database, and
/// whether the server is ready. The second part is one round trip.
/// </summary>
internal static class Handshake
{
    private const string LibraryName = "RespClient";

    private static readonly string LibraryVersion = typeof(Handshake).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>Whether a refusal ends the connection.</summary>
    private enum Refusal
    {
        Fails,
        IsTolerated,

        /// <summary>Tolerated unless the server says that it is still loading.</summary>
        FailsWhileLoading,
    }

    /// <exception cref="RedisException">The server refused a step that is needed.</exception>
    public static async Task PerformAsync(RespConnection connection, RedisClientOptions options, CancellationToken cancellationToken)
    {
        connection.Protocol = await GreetAsync(connection, options, cancellationToken);
        var steps = new List<(RedisCommand Command, Refusal Refusal)>
        {
            // Redis knows CLIENT SETINFO from 7.2 on.
            (new("CLIENT", "SETINFO", "LIB-NAME", LibraryName), Refusal.IsTolerated),
            (new("CLIENT", "SETINFO", "LIB-VER", LibraryVersion), Refusal.IsTolerated),
        };
        if (options.ClientName is { } name)
        {
            steps.Add((new("CLIENT", "SETNAME", name), Refusal.IsTolerated));
        }

        if (options.Database != 0)
        {
            steps.Add((new("SELECT", options.Database), Refusal.Fails));
        }

        steps.Add((new("PING"), Refusal.FailsWhileLoading));
        var replies = await connection.ExchangeAsync([.. steps.Select(step => step.Command)], cancellationToken);
        for (var index = 0; index < replies.Length; index++)
        {
            Check(replies[index], steps[index].Refusal);
        }
    }

    /// <summary>HELLO 3, or AUTH where the server knows no HELLO. Returns the protocol version.</summary>
    private static async Task<int> GreetAsync(RespConnection connection, RedisClientOptions options, CancellationToken cancellationToken)
    {
        if (options.Protocol != 2)
        {
            var hello = options.Password is null
                ? new RedisCommand("HELLO", 3)
                : new RedisCommand("HELLO", 3, "AUTH", options.User ?? "default", options.Password);
            var reply = await SayHelloAsync(connection, hello, cancellationToken);
            if (!reply.IsError)
            {
                return 3;
            }

            var refusal = new RedisServerException(reply.AsString()!);
            if (options.Protocol == 3 || !IsAboutHello(refusal))
            {
                throw refusal;
            }
        }

        if (options.Password is not null)
        {
            var auth = options.User is null
                ? new RedisCommand("AUTH", options.Password)
                : new RedisCommand("AUTH", options.User, options.Password);
            Check((await connection.ExchangeAsync([auth], cancellationToken))[0], Refusal.Fails);
        }

        return 2;
    }

    private static async Task<RespValue> SayHelloAsync(RespConnection connection, RedisCommand hello, CancellationToken cancellationToken)
    {
        try
        {
            return (await connection.ExchangeAsync([hello], cancellationToken))[0];
        }
        catch (IOException e)
        {
            throw new ConnectionClosedOnHelloException(e);
        }
        catch (SocketException e)
        {
            throw new ConnectionClosedOnHelloException(e);
        }
    }

    // Servers before 6.0 do not know it; an ACL may forbid it; a proxy may say that it cannot.
    // Protected mode refuses the client, whatever it says, and closes.
    private static bool IsAboutHello(RedisServerException refusal) =>
        refusal.Kind is RedisErrorKind.UnknownCommand or RedisErrorKind.NoProtocol or RedisErrorKind.NoPermission or RedisErrorKind.Other
        && !refusal.Message.StartsWith("DENIED ", StringComparison.Ordinal);

    private static void Check(in RespValue reply, Refusal refusal)
    {
        if (!reply.IsError || refusal == Refusal.IsTolerated)
        {
            return;
        }

        var error = new RedisServerException(reply.AsString()!);
        if (refusal == Refusal.Fails || error.Kind is RedisErrorKind.Loading or RedisErrorKind.NoAuth)
        {
            throw error;
        }
    }
}
