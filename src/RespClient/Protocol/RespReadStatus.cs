namespace RespClient.Protocol;

/// <summary>How a look at the bytes that have arrived ended.</summary>
internal enum RespReadStatus
{
    /// <summary>One whole reply was read; there may be more bytes.</summary>
    Done,

    /// <summary>All bytes were taken and the reply goes on.</summary>
    NeedMore,

    /// <summary>One whole reply was passed over, because it exceeds a limit; there may be more bytes.</summary>
    TooLarge,

    /// <summary>
    /// The bytes are not RESP, or exceed a limit in a way that leaves no end to look for; the reader answers this from now on.
    /// </summary>
    Malformed,
}
