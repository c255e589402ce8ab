namespace RespClient.Wire;

/// <summary>How the reader of a connection waits for replies.</summary>
internal enum WaitsOn
{
    /// <summary>On a thread of its own, in the kernel: the quickest way, for the connection that all callers share.</summary>
    OwnThread,

    /// <summary>As asynchronous code does, for connections that mostly wait and of which there may be many.</summary>
    Pool,
}
