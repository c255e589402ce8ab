using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

using RespClient;

namespace VerificationCodes.Grpc.Server;

/// <summary>Healthy as long as Redis answers; always healthy in a process that uses a remote service.</summary>
internal sealed class RedisCheck(IServiceProvider host, IOptions<VerificationOptions> options) : IHealthCheck
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (options.Value.Remote is not null)
        {
            return HealthCheckResult.Healthy();
        }

        try
        {
            await host.GetRequiredService<IRedisClient>().ExecuteAsync(new RedisCommand("PING") { Timeout = Longest }, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (RedisException e)
        {
            return HealthCheckResult.Unhealthy("Redis does not answer.", e);
        }
    }
}
