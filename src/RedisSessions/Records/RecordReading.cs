namespace RedisSessions.Records;

/// <summary>What a reply says of a record.</summary>
internal enum RecordReadingKind
{
    /// <summary>There is none.</summary>
    Missing,

    /// <summary>There is one.</summary>
    Found,

    /// <summary>There is one that should have ended, as far as the time is known here.</summary>
    Over,

    /// <summary>There is something that is no record of this revision.</summary>
    Broken,

    /// <summary>There is one that was written under another key.</summary>
    Foreign,
}

/// <summary>A reply as it was read.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Record">The record, where there is one that may be handed out.</param>
internal readonly record struct RecordReading(RecordReadingKind Kind, SessionRecord? Record = null)
{
    public static readonly RecordReading Missing = new(RecordReadingKind.Missing);
    public static readonly RecordReading Over = new(RecordReadingKind.Over);
    public static readonly RecordReading Broken = new(RecordReadingKind.Broken);
    public static readonly RecordReading Foreign = new(RecordReadingKind.Foreign);
}
