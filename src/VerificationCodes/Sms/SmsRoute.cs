using Microsoft.Extensions.Options;

using RespClient;
using RespClient.Commands;

using VerificationCodes.Addresses;
using VerificationCodes.Codes;
using VerificationCodes.Delivery;

namespace VerificationCodes.Sms;

/// <summary>
/// Which numbers text messages go to, and whether their provider works: after a few failures in a row nothing more is taken for it, so that a
/// user gets an answer at once and keeps captcha and budget. What is in the outbox is tried all the same; its first
/// success ends the trouble, and so does a quiet minute.
/// </summary>
internal sealed class SmsRoute(IRedisClient redis, RedisKeys keys, IOptions<SmsOptions> options)
{
    /// <summary>One failure may be one number; the third in a row is the provider.</summary>
    private const int Failures = 3;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Counts = TimeSpan.FromMinutes(1);
    private static readonly LuaScript Script = LuaScript.FromResource(typeof(SmsRoute), "Trouble.lua");

    // Numbers are sold in blocks of a country and an operator: the first six digits name one.
    private const int PrefixLength = 7;

    /// <summary>The counters that a message to that number meets, the largest first.</summary>
    public IReadOnlyList<SendCounter> CountersOf(PhoneNumber number) =>
    [
        new(keys.TextsOfHour, options.Value.SendsPerHour, Hour),
        new(keys.TextsOfDay, options.Value.SendsPerDay, 24 * Hour),
        new(keys.TextsToRegion(number.Region), options.Value.SendsPerRegionPerHour, Hour),
        new(keys.SendsToNumberPrefix(number.Value[..PrefixLength]), options.Value.SendsPerPrefixPerHour, Hour),
    ];

    /// <summary>Whether messages go to that number at all.</summary>
    public bool Serves(PhoneNumber number) =>
        options.Value.Enabled && number.TakesTextMessages && options.Value.Countries.Contains(number.Region);

    /// <summary>How long nothing is taken for the provider; zero: it works, as far as is known.</summary>
    public async ValueTask<TimeSpan> TroubleAsync(CancellationToken cancellationToken)
    {
        // Both are on their way before the first is awaited: one round trip.
        var count = redis.ReadTaggedAsync("GET", keys.SmsTrouble, cancellationToken: cancellationToken).OrUnavailableAsync();
        var left = redis.ReadTaggedAsync("PTTL", keys.SmsTrouble, cancellationToken: cancellationToken).OrUnavailableAsync();
        var isOpen = (await count) is { IsNull: false } failures && failures.AsInt64() >= Failures;
        var milliseconds = (await left).AsInt64();
        return isOpen && milliseconds > 0 ? WholeSeconds.Up(milliseconds) : TimeSpan.Zero;
    }

    public async ValueTask FailedAsync() => await Script.ExecuteAsync(redis, [keys.SmsTrouble], [(long)Counts.TotalMilliseconds]);

    public async ValueTask WorkedAsync() => await redis.UnlinkAsync(keys.SmsTrouble);
}
