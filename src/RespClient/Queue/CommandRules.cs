using System.Collections.Frozen;

namespace RespClient.Queue;

/// <summary>What a command needs of its connection.</summary>
internal enum CommandNeed
{
    /// <summary>Nothing: it shares.</summary>
    Shared,

    /// <summary>It may block, so it gets a connection of its own.</summary>
    OwnConnection,

    /// <summary>
    /// It gets no reply or several, or changes what the connection is for everybody: it is sent on no connection at all.
    /// </summary>
    Misuse,
}

/// <summary>Which commands may not travel on the shared connection, and what to do instead.</summary>
internal static class CommandRules
{
    private const string ChangesConnection = "it changes the connection for everybody on it";
    private const string IsOfReplica = "it turns the connection into a replica's";
    private const string IsOfCluster = "it is about connections to the nodes of a cluster, which are not supported";
    private const string IsLost = "it is a state of one connection, and lost with it while the client goes on with the next";

    // CLIENT and SCRIPT; the commands that are sent most have fewer letters.
    private const int ContainerLength = 6;

    // Thirty years: beyond it no time span is sure to hold the sum of two.
    private const double LongestBlockSeconds = 1e9;

    private static readonly FrozenSet<string> Blocking = new[]
    {
        "BLPOP", "BRPOP", "BRPOPLPUSH", "BLMOVE", "BZPOPMIN", "BZPOPMAX", "BLMPOP", "BZMPOP",
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
        ["MULTI"] = $"{ChangesConnection}; use CreateTransaction()",
        ["EXEC"] = $"{ChangesConnection}; use CreateTransaction()",
        ["DISCARD"] = $"{ChangesConnection}; use CreateTransaction()",
        ["WATCH"] = $"{ChangesConnection}; use WatchAsync()",
        ["UNWATCH"] = $"{ChangesConnection}; use WatchAsync()",
        ["SUBSCRIBE"] = "it has no reply of its own; use SubscribeAsync()",
        ["PSUBSCRIBE"] = "it has no reply of its own; use SubscribePatternAsync()",
        ["SSUBSCRIBE"] = "it has no reply of its own; sharded channels are not supported",
        ["UNSUBSCRIBE"] = "it has no reply of its own; dispose of the subscription",
        ["PUNSUBSCRIBE"] = "it has no reply of its own; dispose of the subscription",
        ["SUNSUBSCRIBE"] = "it has no reply of its own; sharded channels are not supported",
        ["SELECT"] = $"{ChangesConnection}; set Database in the options",
        ["AUTH"] = $"{ChangesConnection}; set User and Password in the options",
        ["HELLO"] = $"{ChangesConnection}; set Protocol, User and Password in the options",
        ["RESET"] = $"{ChangesConnection}; dispose of the client",
        ["QUIT"] = "it ends the connection for everybody on it; dispose of the client",
        ["MONITOR"] = "it turns the connection into a log",
        ["SYNC"] = IsOfReplica,
        ["PSYNC"] = IsOfReplica,
        ["REPLCONF"] = $"{IsOfReplica}, and may get no reply",
        ["ASKING"] = IsOfCluster,
        ["READONLY"] = IsOfCluster,
        ["READWRITE"] = IsOfCluster,
        ["WAIT"] = "it waits for the writes of its own connection, which are not this caller's; use ExecuteAndWaitAsync()",
        ["WAITAOF"] = "it waits for the writes of its own connection, which are not this caller's; for replicas use ExecuteAndWaitAsync()",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly (string Container, string Subcommand, string Why)[] MisusedSubcommands =
    [
        ("CLIENT", "REPLY", "it takes the replies away from everybody on the connection"),
        ("CLIENT", "TRACKING", $"{ChangesConnection}; use TrackedCache"),
        ("CLIENT", "CACHING", "it is about the next command, which may be another caller's; use TrackedCache"),
        ("CLIENT", "SETNAME", $"{IsLost}; set ClientName in the options"),
        ("CLIENT", "SETINFO", $"{IsLost}; the client tells its own name and version"),
        ("CLIENT", "NO-EVICT", IsLost),
        ("CLIENT", "NO-TOUCH", IsLost),
        ("CLIENT", "CAPA", IsLost),
        ("CLIENT", "IMPORT-SOURCE", IsLost),
        ("SCRIPT", "DEBUG", "it makes debugging sessions of everybody's scripts on the connection"),
    ];

    /// <summary>Whether the command may be sent again when its reply was lost.</summary>
    public static bool IsReadOnly(string name) => ReadOnly.Contains(name);

    public static CommandNeed Classify(in RedisCommand command)
    {
        var need = Classify(command.Name, command.Arguments);
        return need == CommandNeed.Shared && command.OnOwnConnection ? CommandNeed.OwnConnection : need;
    }

    public static CommandNeed Classify(string name, ReadOnlySpan<RedisArgument> arguments)
    {
        if (string.IsNullOrEmpty(name))
        {
            throw new ArgumentException("The command has no name.", nameof(name));
        }

        // The first letter rules out nearly every command before a hash is computed.
        switch (name[0] | 0x20)
        {
            case 'b' when Blocking.Contains(name):
                return CommandNeed.OwnConnection;
            case 'x' when name.StartsWith("XREAD", StringComparison.OrdinalIgnoreCase) && BlockIndex(arguments) >= 0:
                return CommandNeed.OwnConnection;
            case 'c' or 's' when name.Length == ContainerLength && WhyNotSubcommand(name, arguments) is not null:
                return CommandNeed.Misuse;
            case 'm' or 'e' or 'd' or 'w' or 's' or 'p' or 'u' or 'a' or 'h' or 'r' or 'q' when Misused.ContainsKey(name):
                return CommandNeed.Misuse;
            default:
                return CommandNeed.Shared;
        }
    }

    /// <summary>How long a blocking command blocks at most; infinite for 0, and where it is not known.</summary>
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
            return index + 1 < arguments.Length && arguments[index + 1].TryGetDouble(out var milliseconds)
                ? Seconds(milliseconds / 1000)
                : Timeout.InfiniteTimeSpan;
        }

        // In seconds: the first argument, or the last.
        var isFirst = command.Name.EndsWith("MPOP", StringComparison.OrdinalIgnoreCase);
        return !arguments.IsEmpty && (isFirst ? arguments[0] : arguments[^1]).TryGetDouble(out var seconds)
            ? Seconds(seconds)
            : Timeout.InfiniteTimeSpan;
    }

    /// <summary>Says why a command is not sent where it was asked for, and what to do instead.</summary>
    public static InvalidOperationException Misuse(in RedisCommand command) => Misuse(command.Name, command.Arguments);

    /// <inheritdoc cref="Misuse(in RedisCommand)"/>
    public static InvalidOperationException Misuse(string name, ReadOnlySpan<RedisArgument> arguments) =>
        WhyNotSubcommand(name, arguments) is { } subcommand
            ? new($"{subcommand.Container} {subcommand.Subcommand} is refused: {subcommand.Why}.")
            : new($"{name} is refused: {Misused.GetValueOrDefault(name, "it may block, which it does on a connection of its own; use ExecuteAsync()")}.");

    private static TimeSpan Seconds(double seconds) =>
        seconds is > 0 and < LongestBlockSeconds ? TimeSpan.FromSeconds(seconds) : Timeout.InfiniteTimeSpan;

    private static (string Container, string Subcommand, string Why)? WhyNotSubcommand(string name, ReadOnlySpan<RedisArgument> arguments)
    {
        foreach (var one in MisusedSubcommands)
        {
            if (!arguments.IsEmpty && name.Equals(one.Container, StringComparison.OrdinalIgnoreCase) && arguments[0].IsWord(one.Subcommand))
            {
                return one;
            }
        }

        return null;
    }

    // As the server reads them: what follows GROUP and COUNT are names and numbers, whatever they spell.
    private static int BlockIndex(ReadOnlySpan<RedisArgument> arguments)
    {
        for (var index = 0; index < arguments.Length; index++)
        {
            ref readonly var argument = ref arguments[index];
            if (argument.IsWord("BLOCK"))
            {
                return index;
            }

            if (argument.IsWord("STREAMS"))
            {
                return -1;
            }

            index += argument.IsWord("GROUP") ? 2 : argument.IsWord("COUNT") || argument.IsWord("CLAIM") ? 1 : 0;
        }

        return -1;
    }
}
