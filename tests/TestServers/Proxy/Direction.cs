namespace TestServers.Proxy;

/// <summary>Which way bytes go through a proxy.</summary>
[Flags]
public enum Direction
{
    /// <summary>No way.</summary>
    None = 0,

    /// <summary>Commands.</summary>
    ToServer = 1,

    /// <summary>Replies and pushes.</summary>
    ToClient = 2,

    /// <summary>Commands and replies.</summary>
    Both = ToServer | ToClient,
}
