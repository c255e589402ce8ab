namespace RespClient.Protocol;

/// <summary>How a look at the bytes that have arrived ended.</summary>
internal enum RespReadStatus
{
    /// <summary>One whole reply was read; there may be more bytes.</summary>
    Done,

    /// <summary>All bytes were taken and the reply goes on.</summary>
    NeedMore,

    /// <summary>The bytes are not RESP or exceed a limit; the reader answers this from now on.</summary>
    Malformed,
}
