namespace RespClient.Stress.Troubles;

/// <summary>What a phase does to its callers.</summary>
[Flags]
internal enum Trouble
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><c>CLIENT KILL</c> of every connection, and forgotten scripts.</summary>
    Kills = 1,

    /// <summary><c>CLIENT PAUSE</c>.</summary>
    Pauses = 2,

    /// <summary>A network that is cut, slow, or gone without a word.</summary>
    Network = 4,

    /// <summary>A thread pool whose threads are blocked most of the time.</summary>
    StarvedPool = 8,
}
