using System.Globalization;

using Microsoft.Extensions.Options;

using RedisSessions.Caching;

namespace RedisSessions.Composition;

/// <summary>Says at start what is wrong with the options of the cache.</summary>
internal sealed class RedisSessionCacheOptionsValidator : IValidateOptions<RedisSessionCacheOptions>
{
    public ValidateOptionsResult Validate(string? name, RedisSessionCacheOptions options)
    {
        if (options.KeyPrefix is null)
        {
            return ValidateOptionsResult.Fail("SessionCache:KeyPrefix is null; allowed: any text, also an empty one.");
        }

        return options.IoTimeout < TimeSpan.FromMilliseconds(10) || options.IoTimeout > TimeSpan.FromMinutes(5)
            ? ValidateOptionsResult.Fail(string.Create(
                CultureInfo.InvariantCulture,
                $"SessionCache:IoTimeout is '{options.IoTimeout}'; allowed: 00:00:00.010 to 00:05:00."))
            : ValidateOptionsResult.Success;
    }
}
