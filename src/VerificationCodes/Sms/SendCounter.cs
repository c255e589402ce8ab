namespace VerificationCodes.Sms;

/// <summary>A breaker: how many messages may be counted under a key within a time that begins with the first of them.</summary>
/// <param name="Key">The key.</param>
/// <param name="Limit">How many.</param>
/// <param name="Window">The time.</param>
internal readonly record struct SendCounter(string Key, int Limit, TimeSpan Window);
