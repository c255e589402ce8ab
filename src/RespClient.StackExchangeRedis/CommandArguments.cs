using System.Globalization;
using System.Text;

using StackExchange.Redis;

namespace RespClient.StackExchangeRedis;

/// <summary>
/// A command's arguments as StackExchange.Redis takes them: keys apart from values, because keys give the node of a
/// cluster.
/// </summary>
internal static class CommandArguments
{
    // They hold up the one connection, or change what it is for all others.
    private static readonly HashSet<string> Refused = new(StringComparer.OrdinalIgnoreCase)
    {
        "BLPOP", "BRPOP", "BLMOVE", "BLMPOP", "BRPOPLPUSH", "BZPOPMIN", "BZPOPMAX", "BZMPOP", "WAIT", "WAITAOF",
        "MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH", "SELECT", "HELLO", "AUTH", "RESET", "QUIT", "MONITOR",
        "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE",
    };

    private static readonly HashSet<string> WithoutKey = new(StringComparer.OrdinalIgnoreCase)
    {
        "PING", "ECHO", "TIME", "INFO", "SCAN", "DBSIZE", "CONFIG", "CLIENT", "COMMAND", "SCRIPT", "FUNCTION", "ACL", "MEMORY",
        "SLOWLOG", "LATENCY", "FLUSHDB", "FLUSHALL", "LASTSAVE", "BGSAVE", "CLUSTER", "ROLE", "DEBUG", "PUBLISH",
    };

    private static readonly HashSet<string> AllKeys = new(StringComparer.OrdinalIgnoreCase)
    {
        "DEL", "UNLINK", "EXISTS", "TOUCH", "MGET", "SUNION", "SINTER", "SDIFF", "PFCOUNT", "RENAME", "RENAMENX",
    };

    /// <exception cref="NotSupportedException">The connection is not this caller's alone.</exception>
    public static object[] Of(RedisCommand command)
    {
        if (Refused.Contains(command.Name))
        {
            throw new NotSupportedException(
                $"{command.Name} needs a connection of its own; StackExchange.Redis shares one. Use AddRespClient for it.");
        }

        var arguments = new object[command.Arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = (RedisValue)command.Arguments[i].ToArray();
        }

        var (first, count) = Keys(command.Name, arguments);
        for (var i = first; i < first + count && i < arguments.Length; i++)
        {
            arguments[i] = (RedisKey)(byte[]?)(RedisValue)arguments[i];
        }

        return arguments;
    }

    private static (int First, int Count) Keys(string name, object[] arguments)
    {
        if (WithoutKey.Contains(name))
        {
            return (0, 0);
        }

        if (AllKeys.Contains(name))
        {
            return (0, arguments.Length);
        }

        return name.ToUpperInvariant() switch
        {
            "EVAL" or "EVALSHA" or "EVAL_RO" or "EVALSHA_RO" or "FCALL" or "FCALL_RO" => (2, Number(arguments, 1)),
            "XREAD" or "XREADGROUP" when Find(arguments, "STREAMS") is >= 0 and var at => (at + 1, (arguments.Length - at - 1) / 2),
            "XGROUP" or "XINFO" or "OBJECT" => (1, 1),
            _ => (0, 1),
        };
    }

    private static int Number(object[] arguments, int index) =>
        index < arguments.Length && int.TryParse(Text(arguments[index]), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Where a word stands, in any case; -1: nowhere.</summary>
    public static int Find(object[] arguments, string word) =>
        Array.FindIndex(arguments, argument => string.Equals(Text(argument), word, StringComparison.OrdinalIgnoreCase));

    public static string Text(object argument) =>
        Encoding.UTF8.GetString((argument is RedisKey key ? (byte[]?)key : (byte[]?)(RedisValue)argument) ?? []);
}
