namespace ForeignReplies.Tests.Results;

/// <summary>What one answer is worth to the person who gets it.</summary>
internal enum Verdict
{
    /// <summary>Their own.</summary>
    Right,

    /// <summary>An error that says "not now", or a wait that they gave up themselves.</summary>
    Refused,

    /// <summary>Somebody else's.</summary>
    Foreign,

    /// <summary>Nothing, though there is something of theirs.</summary>
    Missing,

    /// <summary>They are told to be nobody, or lose their cookie, though their session lives.</summary>
    SignedOut,

    /// <summary>What they were told is kept is not.</summary>
    Lost,

    /// <summary>An error that says something else than "not now".</summary>
    Broken,
}
