namespace RespClient;

/// <summary>The errors a Redis server answers with, grouped by whether trying again helps.</summary>
public enum RedisErrorKind
{
    /// <summary>An error that starts with <c>ERR</c> or with a word not listed here. A retry does not help.</summary>
    Other,

    // A retry helps once the server has changed its state.

    /// <summary><c>LOADING</c>: the data set is being read from disk.</summary>
    Loading,

    /// <summary><c>BUSY</c>: a script runs for longer than allowed.</summary>
    Busy,

    /// <summary><c>TRYAGAIN</c>: keys are being moved between cluster nodes.</summary>
    TryAgain,

    /// <summary><c>CLUSTERDOWN</c>: the cluster has no owner for some slots.</summary>
    ClusterDown,

    /// <summary><c>MASTERDOWN</c>: the replica lost its master.</summary>
    MasterDown,

    /// <summary><c>READONLY</c>: this server is a replica.</summary>
    ReadOnly,

    /// <summary><c>OOM</c>: the memory limit is reached.</summary>
    OutOfMemory,

    /// <summary><c>MISCONF</c>: writes are refused because the last snapshot failed.</summary>
    Misconfigured,

    /// <summary><c>NOREPLICAS</c>: too few replicas for a write.</summary>
    NoReplicas,

    /// <summary><c>ERR max number of clients reached</c>.</summary>
    MaxClients,

    // Another server answers.

    /// <summary><c>MOVED</c>: the slot belongs to another node.</summary>
    Moved,

    /// <summary><c>ASK</c>: ask another node for this once.</summary>
    Ask,

    // A retry does not help.

    /// <summary><c>NOSCRIPT</c>: the script is not in the server's cache.</summary>
    NoScript,

    /// <summary><c>NOAUTH</c>: no password was given.</summary>
    NoAuth,

    /// <summary><c>WRONGPASS</c>: user or password is wrong.</summary>
    WrongPassword,

    /// <summary><c>NOPERM</c>: the ACL forbids the command, key or channel.</summary>
    NoPermission,

    /// <summary><c>WRONGTYPE</c>: the key holds another type.</summary>
    WrongType,

    /// <summary><c>EXECABORT</c>: a queued command was refused, so nothing of the transaction ran.</summary>
    ExecAbort,

    /// <summary><c>CROSSSLOT</c>: keys of one command lie in different slots.</summary>
    CrossSlot,

    /// <summary><c>NOPROTO</c>: the protocol version is not supported.</summary>
    NoProtocol,

    /// <summary><c>ERR unknown command</c>, or an unknown subcommand.</summary>
    UnknownCommand,

    /// <summary><c>BUSYGROUP</c>: the consumer group exists already.</summary>
    BusyGroup,

    /// <summary><c>NOGROUP</c>: the consumer group or its stream does not exist.</summary>
    NoGroup,

    /// <summary><c>UNKILLABLE</c> or <c>NOTBUSY</c>: about a script that cannot be, or need not be, ended.</summary>
    Script,
}

/// <summary>Reads the kind from an error's text, and tells what a caller can do about it.</summary>
public static class RedisErrorKinds
{
    /// <summary>Whether the same command may succeed later on the same server.</summary>
    public static bool IsTransient(this RedisErrorKind kind) =>
        kind is >= RedisErrorKind.Loading and <= RedisErrorKind.MaxClients;

    /// <summary>
    /// Whether the server goes on refusing until its rights or its configuration are changed: <c>NOPERM</c>,
    /// <c>NOAUTH</c>, <c>WRONGPASS</c>, and commands it does not know.
    /// </summary>
    public static bool IsForbidden(this RedisErrorKind kind) => kind is
        RedisErrorKind.NoPermission or RedisErrorKind.NoAuth or RedisErrorKind.WrongPassword or RedisErrorKind.UnknownCommand;

    internal static RedisErrorKind Parse(string message)
    {
        var space = message.IndexOf(' ', StringComparison.Ordinal);
        return (space < 0 ? message : message[..space]) switch
        {
            "LOADING" => RedisErrorKind.Loading,
            "BUSY" => RedisErrorKind.Busy,
            "TRYAGAIN" => RedisErrorKind.TryAgain,
            "CLUSTERDOWN" => RedisErrorKind.ClusterDown,
            "MASTERDOWN" => RedisErrorKind.MasterDown,
            "READONLY" => RedisErrorKind.ReadOnly,
            "OOM" => RedisErrorKind.OutOfMemory,
            "MISCONF" => RedisErrorKind.Misconfigured,
            "NOREPLICAS" => RedisErrorKind.NoReplicas,
            "MOVED" => RedisErrorKind.Moved,
            "ASK" => RedisErrorKind.Ask,
            "NOSCRIPT" => RedisErrorKind.NoScript,
            "NOAUTH" => RedisErrorKind.NoAuth,
            "WRONGPASS" => RedisErrorKind.WrongPassword,
            "NOPERM" => RedisErrorKind.NoPermission,
            "WRONGTYPE" => RedisErrorKind.WrongType,
            "EXECABORT" => RedisErrorKind.ExecAbort,
            "CROSSSLOT" => RedisErrorKind.CrossSlot,
            "NOPROTO" => RedisErrorKind.NoProtocol,
            "BUSYGROUP" => RedisErrorKind.BusyGroup,
            "NOGROUP" => RedisErrorKind.NoGroup,
            "UNKILLABLE" or "NOTBUSY" => RedisErrorKind.Script,
            "ERR" when message.StartsWith("ERR max number of clients", StringComparison.Ordinal) => RedisErrorKind.MaxClients,
            "ERR" when message.StartsWith("ERR unknown command", StringComparison.Ordinal)
                    || message.StartsWith("ERR unknown subcommand", StringComparison.OrdinalIgnoreCase) => RedisErrorKind.UnknownCommand,

            // What a command within a script meets.
            "ERR" when message.StartsWith("ERR ACL failure in script", StringComparison.Ordinal)
                    || message.StartsWith("ERR The user executing the script can't", StringComparison.Ordinal) => RedisErrorKind.NoPermission,
            "ERR" when message.StartsWith("ERR Unknown Redis command called from script", StringComparison.Ordinal) => RedisErrorKind.UnknownCommand,
            _ => RedisErrorKind.Other,
        };
    }
}
