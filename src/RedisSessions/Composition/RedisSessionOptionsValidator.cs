using System.Globalization;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

using RedisSessions.Basics;
using RedisSessions.Diagnostics;

namespace RedisSessions.Composition;

/// <summary>Says at start what is wrong with the options: the key, the value, and what is allowed.</summary>
internal sealed class RedisSessionOptionsValidator(SessionLog log, IHostEnvironment? environment = null) : IValidateOptions<RedisSessionOptions>
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(10);
    private const int LargestSession = 64 * 1024 * 1024;
    private const long SmallestNearCache = 1024 * 1024;

    // The options are checked once for each way of asking for them; a warning is logged once.
    private bool _hasWarned;

    public ValidateOptionsResult Validate(string? name, RedisSessionOptions options)
    {
        var failures = new List<string>();
        Times(options, failures);
        Names(options, failures);
        Cookie(options, failures);
        Range("MaxSize", options.MaxSize, options.MaxSize is >= 1024 and <= LargestSession, "1024 to 67108864 bytes", failures);
        Range(
            "NearCacheBytes", options.NearCacheBytes, options.NearCacheBytes is 0 or >= SmallestNearCache,
            "0 (off), or 1048576 bytes or more", failures);
        Range(
            "WhenUnavailable", options.WhenUnavailable, Enum.IsDefined(options.WhenUnavailable),
            "Respond503 or RunWithoutSession", failures);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void Times(RedisSessionOptions options, List<string> failures)
    {
        Range(
            "MaxAge", options.MaxAge, options.MaxAge >= SessionLifetime.Shortest && options.MaxAge <= SessionLifetime.Longest,
            "00:00:01 to 400.00:00:00", failures);
        Range(
            "RenewAfter", options.RenewAfter, !(options.RenewAfter < TimeSpan.Zero) && !(options.RenewAfter > options.MaxAge),
            "00:00:00 to MaxAge, or nothing for a twentieth of the lifetime", failures);
        Range(
            "AbsoluteLifetime", options.AbsoluteLifetime, !(options.AbsoluteLifetime < options.MaxAge),
            "MaxAge or more, or nothing for no limit", failures);
        Range(
            "IoTimeout", options.IoTimeout, options.IoTimeout >= ShortestWait && options.IoTimeout <= LongestWait,
            "00:00:00.010 to 00:05:00", failures);
    }

    private static void Names(RedisSessionOptions options, List<string> failures)
    {
        Range(
            "KeyPrefix", options.KeyPrefix,
            options.KeyPrefix is { Length: >= 1 and <= 64 } prefix && !prefix.Any(c => char.IsWhiteSpace(c) || "{}*?[]\\^".Contains(c, StringComparison.Ordinal)),
            "1 to 64 characters without white space and {}*?[]\\^", failures);
        Range(
            "HeaderName", options.HeaderName, options.HeaderName is null || HeaderText.IsFreeName(options.HeaderName),
            "the name of a header of its own, such as X-Session, or nothing", failures);
    }

    // While developing over plain HTTP, a cookie that is good over HTTPS alone is worth a warning and no more.
    private void Cookie(RedisSessionOptions options, List<string> failures)
    {
        var warns = environment?.IsDevelopment() == true;
        var isFirst = !Interlocked.Exchange(ref _hasWarned, true);
        foreach (var fault in CookieRules.Faults(options.Cookie))
        {
            if (!(fault.HoldsOverHttps && warns))
            {
                Range("Cookie:" + fault.Key, fault.Value, false, fault.Allowed, failures);
            }
            else if (isFirst)
            {
                log.CookieNeedsHttps(fault.Key, fault.Value, fault.Allowed);
            }
        }
    }

    private static void Range(string key, object? value, bool isGood, string allowed, List<string> failures)
    {
        if (!isGood)
        {
            failures.Add(string.Create(CultureInfo.InvariantCulture, $"Sessions:{key} is '{value}'; allowed: {allowed}."));
        }
    }
}
