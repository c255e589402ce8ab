namespace VerificationCodes.Codes;

/// <summary>
/// What an address's daily budgets keep for those who are more likely the owner than a stranger. Anyone may fill them
/// up to <see cref="VerificationOptions.SendsPerDay"/> and <see cref="VerificationOptions.MissesPerDay"/>; these come
/// on top.
/// </summary>
/// <remarks>
/// With the defaults 10 and 20 an address gets at most 34 messages, and 60 wrong answers are compared for it, in any 24 hours.
/// Each message to a fresh network or a known browser carries one try that nobody else can use up.
/// </remarks>
internal static class Reserves
{
    /// <summary>Messages for networks that have caused none to the address in 24 hours.</summary>
    public const int FreshNetworkSends = 14;

    /// <summary>How many of these can be caused without a captcha.</summary>
    public const int FreshNetworkSendsWithoutCaptcha = 7;

    /// <summary>Messages for known browsers, beyond those for fresh networks.</summary>
    public const int KnownBrowserSends = 10;

    /// <summary>How many messages one known browser may take out of the reserve: half, so that a stolen token leaves the others theirs.</summary>
    public const int SendsOfOneBrowser = 5;

    /// <summary>The same from one network, so that a thief elsewhere leaves the owner some of the browser's own.</summary>
    public const int SendsOfOneBrowserAndNetwork = 3;

    /// <summary>Wrong answers of known browsers, beyond those for anyone.</summary>
    public const int KnownBrowserMisses = 6;

    /// <summary>
    /// Wrong answers that are compared beyond those for anyone: <see cref="KnownBrowserMisses"/>, and the codes' own
    /// tries.
    /// </summary>
    public const int Misses = 40;
}
