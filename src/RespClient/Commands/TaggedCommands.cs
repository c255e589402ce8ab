using RespClient.Protocol;

namespace RespClient.Commands;

/// <summary>Commands whose replies are checked to be their own.</summary>
public static class TaggedCommands
{
    private static readonly LuaScript Read = new("return redis.call(ARGV[1], KEYS[1], unpack(ARGV, 2))") { IsRepeatable = true };

    /// <summary>
    /// Sends a command that reads one key, inside a script: its reply carries a number as that of a <see cref="LuaScript"/>
    /// does, and is asked for once more if another command's came in its place. For data that no other caller may get,
    /// and where "there is none" has consequences. One round trip.
    /// </summary>
    /// <param name="client">Where.</param>
    /// <param name="name">The command's word, such as <c>GET</c> or <c>HGETALL</c>. It only reads.</param>
    /// <param name="key">Its first argument.</param>
    /// <param name="arguments">The further arguments, at most some thousand.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The reply as over RESP2: a map is an array of key, value, key, value.</returns>
    /// <exception cref="RedisProtocolException">Twice the reply was another's.</exception>
    /// <exception cref="RedisException">As <see cref="IRedisClient.ExecuteAsync"/> throws it.</exception>
    public static ValueTask<RespValue> ReadTaggedAsync(
        this IRedisClient client, string name, RedisArgument key, ReadOnlySpan<RedisArgument> arguments = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Read.ExecuteAsync(client, [key], [name, .. arguments], cancellationToken);
    }
}
