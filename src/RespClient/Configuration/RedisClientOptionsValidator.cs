using Microsoft.Extensions.Options;

namespace RespClient.Configuration;

/// <summary>Checks options as a whole; each fault names the key, the value and the allowed range.</summary>
internal sealed class RedisClientOptionsValidator : IValidateOptions<RedisClientOptions>
{
    public ValidateOptionsResult Validate(string? name, RedisClientOptions options) =>
        Faults(options).ToList() is { Count: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;

    /// <exception cref="ArgumentException">Something is out of range.</exception>
    public static void ThrowIfInvalid(RedisClientOptions options)
    {
        var faults = string.Join(' ', Faults(options));
        if (faults.Length > 0)
        {
            throw new ArgumentException(faults, nameof(options));
        }
    }

    private static IEnumerable<string> Faults(RedisClientOptions options)
    {
        string?[] faults =
        [
            Range(nameof(options.ConnectTimeout), options.ConnectTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10)),
            options.CommandTimeout == Timeout.InfiniteTimeSpan ? null
                : Range(nameof(options.CommandTimeout), options.CommandTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)),
            Range(nameof(options.HeartbeatInterval), options.HeartbeatInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
            Range(nameof(options.MaxReconnectDelay), options.MaxReconnectDelay, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10)),
            Least(nameof(options.MaxBacklogCommands), options.MaxBacklogCommands, 1),
            Least(nameof(options.MaxBacklogBytes), options.MaxBacklogBytes, 1024),
            Least(nameof(options.Database), options.Database, 0),
            options.Protocol is 0 or 2 or 3 ? null : $"{nameof(options.Protocol)} is '{options.Protocol}'; allowed: 0, 2 and 3.",
            options.ClientName is { } name && name.AsSpan().ContainsAnyExceptInRange('!', '~')
                ? $"{nameof(options.ClientName)} is '{name}'; allowed: printable ASCII without spaces." : null,
            options.User is not null && options.Password is null
                ? $"{nameof(options.User)} is set and {nameof(options.Password)} is not; set both or none." : null,
            options.ReplyLimits is null ? $"{nameof(options.ReplyLimits)} is null." : options.ReplyLimits.Problem(),
            options.TimeProvider is null ? $"{nameof(options.TimeProvider)} is null." : null,
        ];
        return faults.OfType<string>();
    }

    private static string? Range(string key, TimeSpan value, TimeSpan least, TimeSpan most) =>
        value < least || value > most ? $"{key} is '{value}'; allowed: {least} to {most}." : null;

    private static string? Least(string key, int value, int least) =>
        value < least ? $"{key} is '{value}'; allowed: {least} or more." : null;
}
