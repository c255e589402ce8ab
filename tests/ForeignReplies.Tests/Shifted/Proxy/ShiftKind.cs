namespace ForeignReplies.Tests.Shifted.Proxy;

/// <summary>What is done to a reply.</summary>
internal enum ShiftKind
{
    /// <summary>It never comes: the next one is in its place.</summary>
    Drop,

    /// <summary>It comes after the next one.</summary>
    Swap,

    /// <summary>It comes twice.</summary>
    Repeat,

    /// <summary>Nil or an empty aggregate comes in its place.</summary>
    Empty,
}
