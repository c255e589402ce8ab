using System.Net;
using System.Net.Sockets;

namespace RespClient.Connections;

/// <summary>
/// Why there is no connection: what each end point that was tried said last, in one line. Written by the loop that
/// connects, read by any thread.
/// </summary>
internal sealed class ConnectFailures
{
    private const int LongestReason = 200;

    private readonly List<(string EndPoint, Exception Failure, string Reason)> _failures = [];
    private string _text = "";

    /// <summary>Each end point and its reason; empty: none has failed since the last connection.</summary>
    public override string ToString() => Volatile.Read(ref _text);

    /// <summary>True: this end point gave another reason before, or none.</summary>
    public bool Note(EndPoint endPoint, Exception failure, out string reason)
    {
        var name = EndPointConnector.Describe(endPoint);
        var text = reason = ReasonOf(failure);
        var index = _failures.FindIndex(known => known.EndPoint == name);
        var isNew = index < 0 || _failures[index].Reason != text;
        if (index < 0)
        {
            _failures.Add((name, failure, text));
        }
        else
        {
            _failures[index] = (name, failure, text);
        }

        if (isNew)
        {
            Volatile.Write(ref _text, string.Join("; ", _failures.Select(known => $"{known.EndPoint}: {known.Reason}")));
        }

        return isNew;
    }

    /// <summary>There is a connection.</summary>
    public void Clear()
    {
        _failures.Clear();
        Volatile.Write(ref _text, "");
    }

    /// <summary>For a caller that waited for a connection. A refusal says more than a server that is away.</summary>
    public RedisException ToException()
    {
        foreach (var (_, failure, _) in _failures)
        {
            if (failure is RedisServerException refusal)
            {
                return new RedisServerException(refusal.Message, CommandOutcome.Refused, $"No connection: {this}.");
            }
        }

        return new RedisConnectionException($"No connection: {this}.", CommandOutcome.NotSent, _failures.LastOrDefault().Failure);
    }

    /// <summary>What went wrong, in one line without a full stop.</summary>
    public static string ReasonOf(Exception failure)
    {
        var text = failure switch
        {
            RedisServerException refusal => FirstSentenceOf(refusal),
            RedisException or TimeoutException or ConnectionClosedOnHelloException => failure.Message,
            _ when failure.GetBaseException() is SocketException socket => new SocketException((int)socket.SocketErrorCode).Message,
            _ => failure.GetBaseException().Message,
        };
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return (line.Length > LongestReason ? line[..LongestReason].TrimEnd() + "…" : line).TrimEnd('.');
    }

    // Protected mode explains itself in a page of text.
    private static string FirstSentenceOf(RedisServerException refusal)
    {
        var end = refusal.Message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? refusal.Message : refusal.Message[..end];
    }
}

/// <summary>The server said nothing to HELLO but closed.</summary>
internal sealed class ConnectionClosedOnHelloException(Exception cause) : IOException(
    "it closed the connection on HELLO; if it is older than Redis 6.0, or a proxy, try protocol=resp2", cause);
