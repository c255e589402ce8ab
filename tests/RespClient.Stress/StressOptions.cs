using System.Globalization;

using TestServers;

namespace RespClient.Stress;

/// <summary>How a run is made.</summary>
public sealed record StressOptions
{
    /// <summary>Every random choice comes from it. Default: another one each time.</summary>
    public long Seed { get; init; } = Random.Shared.Next();

    /// <summary>How long callers call; preparations and checks come on top. Default: 20 s.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The names of the phases to run, or parts of them; empty: all.</summary>
    public IReadOnlyList<string> Phases { get; init; } = [];

    /// <summary>The names of the phases not to run, or parts of them.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>Where the clients under test connect; <see langword="null"/>: to the server itself.</summary>
    public Func<RedisServer, string>? ConnectThrough { get; init; }

    /// <summary>
    /// <c>STRESS_SEED</c>; <c>STRESS_SECONDS</c>, or an hour with <c>LONG_RUN=1</c>, of which a run gets its part;
    /// <c>STRESS_PHASES</c>, parted by commas.
    /// </summary>
    /// <param name="usual">How long it takes without any of these.</param>
    /// <param name="part">Its part of a longer time.</param>
    public static StressOptions FromEnvironment(TimeSpan usual, double part = 1)
    {
        var seconds = double.TryParse(Environment.GetEnvironmentVariable("STRESS_SECONDS"), CultureInfo.InvariantCulture, out var some) ? some
            : Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 3600
            : 0;
        var options = new StressOptions
        {
            Duration = seconds > 0 ? TimeSpan.FromSeconds(seconds * part) : usual,
            Phases = Environment.GetEnvironmentVariable("STRESS_PHASES")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
        };
        return long.TryParse(Environment.GetEnvironmentVariable("STRESS_SEED"), CultureInfo.InvariantCulture, out var seed)
            ? options with { Seed = seed }
            : options;
    }
}
