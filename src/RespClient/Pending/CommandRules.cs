using System.Collections.Frozen;

namespace RespClient.Pending;

/// <summary>What a command needs of its connection.</summary>
internal enum CommandNeed
{
    /// <summary>Nothing: it shares.</summary>
    Shared,

    /// <summary>It may block, so it gets a connection of its own.</summary>
    OwnConnection,

    /// <summary>It changes what the connection is for everybody; there is another way to say it.</summary>
    Misuse,
}

/// <summary>Which commands may not travel on the shared connection, and what to do instead.</summary>
internal static class CommandRules
{
    private const string BlockArgument = "BLOCK";

    // The block time: last argument, in seconds; or nothing but the name tells.
    private static readonly FrozenSet<string> Blocking = new[]
    {
        "BLPOP", "BRPOP", "BRPOPLPUSH", "BLMOVE", "BZPOPMIN", "BZPOPMAX", "BLMPOP", "BZMPOP", "WAIT", "WAITAOF",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // Answering twice does no harm: these change nothing, not even by a side effect of the reading.
    private static readonly FrozenSet<string> ReadOnly = new[]
    {
        "GET", "MGET", "STRLEN", "GETRANGE", "EXISTS", "TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME", "TYPE", "SCAN", "RANDOMKEY", "DBSIZE",
        "HGET", "HMGET", "HGETALL", "HEXISTS", "HLEN", "HKEYS", "HVALS", "HSTRLEN", "HSCAN", "HRANDFIELD",
        "LRANGE", "LLEN", "LINDEX", "LPOS", "SMEMBERS", "SISMEMBER", "SMISMEMBER", "SCARD", "SRANDMEMBER", "SSCAN", "SINTER", "SUNION", "SDIFF",
        "ZRANGE", "ZRANGEBYSCORE", "ZRANGEBYLEX", "ZREVRANGE", "ZREVRANGEBYSCORE", "ZSCORE", "ZMSCORE", "ZCARD", "ZCOUNT", "ZRANK", "ZREVRANK", "ZSCAN",
        "XRANGE", "XREVRANGE", "XLEN", "XPENDING", "EVAL_RO", "EVALSHA_RO", "FCALL_RO", "GETBIT", "BITCOUNT", "BITPOS",
        "PING", "ECHO", "TIME", "INFO",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string> Misused = new Dictionary<string, string>
    {
        ["MULTI"] = "use CreateTransaction()",
        ["EXEC"] = "use CreateTransaction()",
        ["DISCARD"] = "use CreateTransaction()",
        ["WATCH"] = "use WatchAsync()",
        ["UNWATCH"] = "use WatchAsync()",
        ["SUBSCRIBE"] = "use SubscribeAsync()",
        ["PSUBSCRIBE"] = "use SubscribePatternAsync()",
        ["SSUBSCRIBE"] = "sharded channels are not supported",
        ["UNSUBSCRIBE"] = "end the enumeration",
        ["PUNSUBSCRIBE"] = "end the enumeration",
        ["SELECT"] = "set Database in the options",
        ["AUTH"] = "set User and Password in the options",
        ["HELLO"] = "set Protocol, User and Password in the options",
        ["RESET"] = "dispose the client instead",
        ["QUIT"] = "dispose the client instead",
        ["MONITOR"] = "it turns the connection into a log",
        ["SYNC"] = "it turns the connection into a replica's",
        ["PSYNC"] = "it turns the connection into a replica's",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the command may be sent again when its reply was lost.</summary>
    public static bool IsReadOnly(string name) => ReadOnly.Contains(name);

    public static CommandNeed Classify(in RedisCommand command)
    {
        var need = Classify(command.Name, command.Arguments);
        return need == CommandNeed.Shared && command.OnOwnConnection ? CommandNeed.OwnConnection : need;
    }

    public static CommandNeed Classify(string name, ReadOnlySpan<RedisArgument> arguments)
    {

        // The first letter rules out nearly every command before a hash is computed.
        switch (name[0] | 0x20)
        {
            case 'b' or 'w' when Blocking.Contains(name):
                return CommandNeed.OwnConnection;
            case 'x' when name.StartsWith("XREAD", StringComparison.OrdinalIgnoreCase) && BlockIndex(arguments) >= 0:
                return CommandNeed.OwnConnection;
            case 'c' when name.Equals("CLIENT", StringComparison.OrdinalIgnoreCase) && arguments is [var first, ..]
                    && (first.IsWord("REPLY") || first.IsWord("TRACKING")):
                return CommandNeed.Misuse;
            case 'm' or 'e' or 'd' or 'w' or 's' or 'p' or 'u' or 'a' or 'h' or 'r' or 'q' when Misused.ContainsKey(name):
                return CommandNeed.Misuse;
            default:
                return CommandNeed.Shared;
        }
    }

    /// <summary>How long a blocking command blocks at most; infinite for 0, and for what cannot be told.</summary>
    public static TimeSpan BlockTime(in RedisCommand command)
    {
        if (Classify(command.Name, command.Arguments) == CommandNeed.Shared)
        {
            // It does not block: it has a connection of its own for its size.
            return TimeSpan.Zero;
        }

        var arguments = command.Arguments;
        var index = BlockIndex(arguments);
        if (command.Name[0] is 'x' or 'X')
        {
            return index + 1 < arguments.Length && arguments[index + 1].TryGetDouble(out var milliseconds) && milliseconds > 0
                ? TimeSpan.FromMilliseconds(milliseconds)
                : Timeout.InfiniteTimeSpan;
        }

        var isFirst = command.Name.EndsWith("MPOP", StringComparison.OrdinalIgnoreCase);
        if (arguments.IsEmpty || !(isFirst ? arguments[0] : arguments[^1]).TryGetDouble(out var number) || number <= 0)
        {
            return Timeout.InfiniteTimeSpan;
        }

        return command.Name[0] is 'w' or 'W' ? TimeSpan.FromMilliseconds(number) : TimeSpan.FromSeconds(number);
    }

    public static InvalidOperationException Misuse(string name) => new(
        $"{name} would change the connection that all callers share: {Misused.GetValueOrDefault(name, "it is the client's own business")}.");

    private static int BlockIndex(ReadOnlySpan<RedisArgument> arguments)
    {
        for (var index = 0; index < arguments.Length; index++)
        {
            if (arguments[index].IsWord("STREAMS"))
            {
                return -1;
            }

            if (arguments[index].IsWord(BlockArgument))
            {
                return index;
            }
        }

        return -1;
    }
}
