using Microsoft.Extensions.Diagnostics.HealthChecks;

using RedisSessions.Health;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health checks of sessions and of the key ring.</summary>
public static class SessionHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check whether sessions can be read and written. Both work: healthy. Only reading works (Redis is full, a
    /// replica, or unable to save): degraded. Neither: <paramref name="failureStatus"/>.
    /// </summary>
    /// <param name="builder">What <c>AddHealthChecks()</c> returns.</param>
    /// <param name="name">The check's name. Default <c>redis-sessions</c>.</param>
    /// <param name="failureStatus">What to report when Redis does not answer. Default: unhealthy.</param>
    /// <param name="tags">Tags to choose checks by, such as <c>ready</c>. Default: none.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// One round trip, bounded by <see cref="RedisSessions.RedisSessionOptions.IoTimeout"/>. The probing write is one empty
    /// key, <c>SESSION-HEALTH</c> with the default prefix, that lives for a second.
    /// </remarks>
    public static IHealthChecksBuilder AddRedisSessions(
        this IHealthChecksBuilder builder,
        string name = "redis-sessions",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name,
            provider => ActivatorUtilities.CreateInstance<SessionHealthCheck>(provider),
            failureStatus,
            tags));
    }

    /// <summary>
    /// Adds a check whether the key ring of Data Protection in Redis can be read and written. Both work: healthy. Only reading
    /// works, and there is a key: degraded, for new keys are made days ahead. Otherwise: <paramref name="failureStatus"/>.
    /// </summary>
    /// <param name="builder">What <c>AddHealthChecks()</c> returns.</param>
    /// <param name="key">The key of the list, as <c>PersistKeysToRedis</c> has it. Default <c>DataProtection-Keys</c>.</param>
    /// <param name="name">The check's name. Default <c>redis-key-ring</c>.</param>
    /// <param name="failureStatus">What to report when Redis does not answer. Default: unhealthy.</param>
    /// <param name="tags">Tags to choose checks by, such as <c>ready</c>. Default: none.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// Two round trips at most, each bounded by <see cref="RedisSessions.RedisSessionOptions.IoTimeout"/>. The probing write
    /// puts an entry into the list and takes it out again, in one step.
    /// </remarks>
    public static IHealthChecksBuilder AddRedisKeyRing(
        this IHealthChecksBuilder builder,
        string key = "DataProtection-Keys",
        string name = "redis-key-ring",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(key);
        return builder.Add(new HealthCheckRegistration(
            name,
            provider => ActivatorUtilities.CreateInstance<KeyRingHealthCheck>(provider, key),
            failureStatus,
            tags));
    }
}
