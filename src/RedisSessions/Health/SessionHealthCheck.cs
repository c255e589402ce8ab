using System.Diagnostics;

using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

using RespClient;

namespace RedisSessions.Health;

/// <summary>
/// Whether sessions can be read and written now. Both are asked for in one round trip, because a Redis that is full,
/// a replica or unable to save answers reads and refuses writes.
/// </summary>
internal sealed class SessionHealthCheck(IRedisClient redis, IOptions<RedisSessionOptions> options) : IHealthCheck
{
    private const int KeyLifetimeMilliseconds = 1000;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var timeout = options.Value.IoTimeout;
        var started = Stopwatch.GetTimestamp();
        // Reads as sessions are read: a user of Redis may be let ping and nothing else.
        var read = redis.ExecuteAsync(new RedisCommand("HGETALL", options.Value.KeyPrefix + "health") { Timeout = timeout }, cancellationToken).AsTask();
        var write = redis.ExecuteAsync(
            new RedisCommand("SET", Key(options.Value.KeyPrefix), "", "PX", KeyLifetimeMilliseconds) { Timeout = timeout },
            cancellationToken).AsTask();
        var refusedRead = await FailureAsync(read);
        var refusedWrite = await FailureAsync(write);
        if (refusedRead is not null)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "Sessions can be neither read nor written: " + refusedRead);
        }

        var data = new Dictionary<string, object>
        {
            ["roundTripMilliseconds"] = Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 2),
        };
        return refusedWrite is null
            ? HealthCheckResult.Healthy("Sessions can be read and written.", data)
            : HealthCheckResult.Degraded("Sessions can be read, not written: " + refusedWrite, data: data);
    }

    /// <summary>The key of the probing write: beside the sessions, not among them.</summary>
    internal static string Key(string keyPrefix) => keyPrefix.TrimEnd(':') + "-HEALTH";

    /// <summary>How the report describes a failed command; <see langword="null"/>: it has not failed.</summary>
    internal static async Task<string?> FailureAsync(Task command)
    {
        try
        {
            await command;
            return null;
        }
        catch (RedisServerException e)
        {
            return $"Redis answered with an error ({e.Kind}).";
        }
        catch (RedisTimeoutException)
        {
            return "Redis did not answer in time.";
        }
        catch (RedisException)
        {
            return "Redis cannot be reached.";
        }
    }
}
