using System.Globalization;
using System.Security.Cryptography;

using TestServers;

namespace RedisSessions.Tests.Hosting;

/// <summary>Looks at sessions in Redis as a person with redis-cli would.</summary>
internal static class SessionRedis
{
    /// <summary>The key of the record of a secret id, computed apart from the library.</summary>
    public static string KeyOf(string secret) => "SESSION:" + PublicOf(secret);

    public static string PublicOf(string secret) =>
        Convert.ToBase64String(SHA256.HashData(Convert.FromBase64String(secret.Replace('-', '+').Replace('_', '/') + "=")))
            .Replace('+', '-').Replace('/', '_').TrimEnd('=');

    public static async Task<long> PttlAsync(this RedisServer redis, string key) =>
        long.Parse(await redis.CliAsync("PTTL", key), CultureInfo.InvariantCulture);

    /// <summary>The server's clock, in Unix milliseconds.</summary>
    public static async Task<long> NowAsync(this RedisServer redis)
    {
        var time = (await redis.CliAsync("TIME")).Split('\n');
        return (long.Parse(time[0], CultureInfo.InvariantCulture) * 1000) + (long.Parse(time[1], CultureInfo.InvariantCulture) / 1000);
    }

    /// <summary>When a key expires, by the server's clock, in Unix milliseconds.</summary>
    public static async Task<long> ExpiresAtAsync(this RedisServer redis, string key) =>
        long.Parse(await redis.CliAsync("PEXPIRETIME", key), CultureInfo.InvariantCulture);

    /// <summary>When a record ends by its own word, in Unix milliseconds.</summary>
    public static async Task<long> EndOfAsync(this RedisServer redis, string key)
    {
        var own = (await redis.CliAsync("HMGET", key, "@renewed", "@lifetime", "@deadline")).Split('\n');
        var idle = long.Parse(own[0], CultureInfo.InvariantCulture) + long.Parse(own[1], CultureInfo.InvariantCulture);
        return long.TryParse(own[2], CultureInfo.InvariantCulture, out var deadline) ? Math.Min(idle, deadline) : idle;
    }

    /// <summary>Waits until the server's clock is past a time.</summary>
    public static Task PastAsync(this RedisServer redis, long time) =>
        Eventually.TrueAsync(async () => await redis.NowAsync() > time);

    /// <summary>Asserts that a TTL was set to this length after <paramref name="since"/>, however slow the machine is.</summary>
    public static async Task AssertTtlSetAsync(this RedisServer redis, string key, long milliseconds, long since) =>
        Assert.InRange(await redis.ExpiresAtAsync(key) - milliseconds, since, await redis.NowAsync());

    public static async Task<bool> ExistsAsync(this RedisServer redis, string key) => await redis.CliAsync("EXISTS", key) == "1";

    public static async Task<string[]> KeysAsync(this RedisServer redis, string pattern) =>
        [.. (await redis.CliAsync("--scan", "--pattern", pattern)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order()];

    public static Task<string> FieldAsync(this RedisServer redis, string key, string field) => redis.CliAsync("HGET", key, field);

    /// <summary>Commands of sessions, without the client's own PING and CLIENT.</summary>
    public static async Task<string[]> SessionCommandsAsync(this RedisMonitor monitor) =>
        [.. (await monitor.CommandsAsync()).Where(line => line.Contains("SESSION", StringComparison.Ordinal))];
}
