namespace RespClient.Tests.Model.Stepping;

/// <summary>What a step does to a place in memory.</summary>
internal enum Access
{
    /// <summary>A plain read.</summary>
    Read,

    /// <summary>A plain write.</summary>
    Write,

    /// <summary>A volatile read.</summary>
    Acquire,

    /// <summary>A volatile write.</summary>
    Release,

    /// <summary>An interlocked operation, the taking of a lock, or anything else that is read and written as one.</summary>
    Both,
}

internal static class AccessExtensions
{
    /// <summary>Whether others notice it.</summary>
    public static bool IsWrite(this Access access) => access is Access.Write or Access.Release or Access.Both;
}
