namespace RedisSessions.Caching;

/// <summary>Options of <see cref="RedisSessionCache"/>.</summary>
public sealed class RedisSessionCacheOptions
{
    /// <summary>
    /// What stands before every key. Default: nothing. The same as <c>InstanceName</c> of Microsoft's Redis cache, so
    /// that one can take over the entries of the other.
    /// </summary>
    public string KeyPrefix { get; set; } = "";

    /// <summary>How long a command may take. Default 2 seconds; 10 milliseconds to 5 minutes.</summary>
    public TimeSpan IoTimeout { get; set; } = TimeSpan.FromSeconds(2);
}
