using RespClient.Queue;

namespace RespClient.Commands;

/// <summary>Commands about the server. Exceptions are those of <see cref="IRedisClient.ExecuteAsync"/>.</summary>
public static class ServerCommands
{
    /// <summary>PING: completes when the server answered.</summary>
    public static ValueTask PingAsync(this IRedisClient client, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("PING"), cancellationToken).AsNothing();

    /// <summary>TIME: the server's clock, in microseconds' grain.</summary>
    public static ValueTask<DateTimeOffset> TimeAsync(this IRedisClient client, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("TIME"), cancellationToken).As(static value =>
            DateTimeOffset.FromUnixTimeSeconds(value.Items[0].AsInt64()).AddMicroseconds(value.Items[1].AsInt64()));

    /// <summary>INFO: the fields by name, such as <c>redis_version</c>.</summary>
    /// <param name="client">Where.</param>
    /// <param name="section">Such as <c>server</c>; <see langword="null"/>: the default sections.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static ValueTask<IReadOnlyDictionary<string, string>> InfoAsync(this IRedisClient client, string? section = null, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(section is null ? new RedisCommand("INFO") : new RedisCommand("INFO", section), cancellationToken)
            .As<IReadOnlyDictionary<string, string>>(static value => ReadFields(value.AsString() ?? ""));

    /// <summary>PUBLISH: how many subscribers of this server got the message.</summary>
    public static ValueTask<long> PublishAsync(this IRedisClient client, string channel, RedisArgument message, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("PUBLISH", channel, message), cancellationToken).AsInt64();

    /// <summary>DBSIZE: how many keys the database has.</summary>
    public static ValueTask<long> CountKeysAsync(this IRedisClient client, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("DBSIZE"), cancellationToken).AsInt64();

    private static Dictionary<string, string> ReadFields(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line[0] != '#')
            {
                fields[line[..colon]] = line[(colon + 1)..];
            }
        }

        return fields;
    }
}
