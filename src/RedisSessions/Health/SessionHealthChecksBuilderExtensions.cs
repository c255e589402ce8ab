using Microsoft.Extensions.Diagnostics.HealthChecks;

using RedisSessions.Health;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health check of sessions.</summary>
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
}
