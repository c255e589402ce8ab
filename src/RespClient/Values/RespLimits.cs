namespace RespClient.Protocol;

/// <summary>
/// How large one reply may be. One beyond a limit is passed over and ends its own caller's wait with a
/// <see cref="RedisProtocolException"/>; a push beyond a limit, deeper nesting, or a claim of more than 1 GiB ends the
/// connection. Memory is taken only for bytes that have arrived, so a server cannot make the client allocate by claiming a
/// length.
/// </summary>
public sealed record RespLimits
{
    /// <summary>The limits of a client that sets none.</summary>
    public static RespLimits Default { get; } = new();

    /// <summary>How deep aggregates may nest. Default 32, range 1 to 1,000 (Redis' own replies stay below 10).</summary>
    public int MaxDepth { get; init; } = 32;

    /// <summary>How many elements one reply may have over all its levels. Default 1,048,576, at least 1.</summary>
    public int MaxElements { get; init; } = 1 << 20;

    /// <summary>The longest string, in bytes. Default 128 MiB, range 64 to 2,147,483,591 (Redis' own limit is 512 MiB).</summary>
    public int MaxBulkBytes { get; init; } = 128 << 20;

    /// <summary>The longest reply over all its parts, in bytes on the wire. Default 256 MiB, at least 64.</summary>
    public long MaxFrameBytes { get; init; } = 256L << 20;

    /// <summary>What is wrong with these limits, or <see langword="null"/>.</summary>
    internal string? Problem() =>
        MaxDepth is < 1 or > 1_000 ? $"{nameof(MaxDepth)} is '{MaxDepth}'; allowed: 1 to 1000."
        : MaxElements < 1 ? $"{nameof(MaxElements)} is '{MaxElements}'; allowed: 1 or more."
        : MaxBulkBytes < 64 || MaxBulkBytes > Array.MaxLength ? $"{nameof(MaxBulkBytes)} is '{MaxBulkBytes}'; allowed: 64 to {Array.MaxLength}."
        : MaxFrameBytes < 64 ? $"{nameof(MaxFrameBytes)} is '{MaxFrameBytes}'; allowed: 64 or more."
        : null;
}
