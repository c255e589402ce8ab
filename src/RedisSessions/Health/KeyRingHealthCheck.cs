using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

using RedisSessions.DataProtection;
using RedisSessions.Redis;

using RespClient;
using RespClient.Commands;
using RespClient.Protocol;

namespace RedisSessions.Health;

/// <summary>Whether the key ring of Data Protection can be read, and written when a new key is due.</summary>
internal sealed class KeyRingHealthCheck(IRedisClient redis, IOptions<RedisSessionOptions> options, string key) : IHealthCheck
{
    private const string Entry = "<probe/>";

    private static readonly LuaScript Write = LuaScript.FromResource(typeof(KeyRingHealthCheck), "Probe.lua");

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // As the ring itself is read and written: a user of Redis may have a right to one command and not to another.
        var client = new TimedClient(redis, options.Value.IoTimeout);
        var read = client.ReadTaggedAsync("LRANGE", key, [0, -1], cancellationToken).AsTask();
        // Before anything is added: where it could not be taken out again, each check would leave one.
        var remove = client.ExecuteAsync(new RedisCommand("LREM", key, 0, Entry), cancellationToken).AsTask();
        var refusedRead = await SessionHealthCheck.FailureAsync(read);
        var refusedWrite = await SessionHealthCheck.FailureAsync(remove)
            ?? await SessionHealthCheck.FailureAsync(Write.ExecuteAsync(client, [key], [Entry], cancellationToken).AsTask());
        if (refusedRead is not null)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The key ring cannot be read: " + refusedRead);
        }

        return refusedWrite is null ? HealthCheckResult.Healthy("The key ring can be read and written.")
            : HasKey(await read)
                ? HealthCheckResult.Degraded("The key ring can be read, not written: " + refusedWrite)
                : new HealthCheckResult(context.Registration.FailureStatus, "The key ring has no key and cannot be written: " + refusedWrite);
    }

    private static bool HasKey(in RespValue ring) => KeyRingElements.Read(ring).Exists(entry => entry.Element.Name.LocalName == "key");
}
