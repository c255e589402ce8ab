using System.Globalization;

namespace ForeignReplies.Tests.Results;

/// <summary>Where random choices come from: <c>FOREIGN_SEED</c>, or another one each time.</summary>
internal static class Seed
{
    public static int Value { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("FOREIGN_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : Random.Shared.Next();

    /// <summary>Whether <c>LONG_RUN=1</c> asks for the many.</summary>
    public static bool IsLongRun { get; } = Environment.GetEnvironmentVariable("LONG_RUN") == "1";

    /// <summary>The choices of one caller.</summary>
    public static Random Of(int caller) => new(unchecked((Value * 397) ^ (caller * 7919)));
}
