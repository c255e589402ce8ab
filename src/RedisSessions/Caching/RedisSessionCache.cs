namespace RedisSessions.Caching;

/// <summary>A distributed cache over Redis. One round trip per call; Microsoft's hash layout.</summary>
public sealed class RedisSessionCache;
