using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using RedisSessions.Caching;
using RedisSessions.Cookies;
using RedisSessions.Diagnostics;
using RedisSessions.Inspector;
using RedisSessions.Near;
using RedisSessions.Records;
using RedisSessions.Redis;
using RedisSessions.Request;

using RespClient;
using RespClient.Tracking;

namespace RedisSessions.Composition;

/// <summary>Puts together what sessions are made of, from what the application has registered.</summary>
internal static class SessionRuntimeFactory
{
    public static SessionRuntime Create(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<RedisSessionOptions>>().Value;
        var time = provider.GetRequiredService<TimeProvider>();
        var log = provider.GetRequiredService<SessionLog>();
        var metrics = provider.GetRequiredService<SessionMetrics>();
        var keys = new SessionKeys(options);
        var clock = new RedisClock(time);
        var protection = options.ProtectData
            ? ValueProtection.With(provider.GetService<IDataProtectionProvider>() ?? throw new InvalidOperationException(
                "Sessions:ProtectData is 'true' and needs services.AddDataProtection()."))
            : ValueProtection.None;

        var cache = CacheOf(provider, options, time);
        var report = new RecordReport(keys, log, metrics);
        IRecordStore records;
        NearRecordStore? near = null;
        if (cache is IFieldCache fields)
        {
            var client = ClientOf(provider) as RedisClient;
            var readings = new NearRecords(keys, protection, clock, options.IoTimeout);
            var tracked = TrackedOf(provider, options, client, readings);
            var look = new SecondLook(report, client is null ? null : new SuspectConnection(client, tracked));
            var store = new FieldRecordStore(fields, keys, protection, clock, look);
            near = tracked is null ? null : new NearRecordStore(tracked, store, client!, readings, metrics);
            records = near ?? (IRecordStore)store;
        }
        else
        {
            records = new BlobRecordStore(cache, protection, time, new SecondLook(report, connection: null));
            log.NoFields(cache.GetType().Name);
        }

        if (provider.GetService<SessionEventPublisher>() is { } events)
        {
            records = new PublishingRecordStore(records, events, keys);
        }

        var carrier = new SessionCarrier(options);
        return new SessionRuntime
        {
            Options = options,
            Keys = keys,
            Records = records,
            Near = near,
            Clock = clock,
            Carrier = carrier,
            Committer = new SessionCommitter(records, carrier, options, metrics, log),
            Metrics = metrics,
            Log = log,
            Search = SearchOf(provider, cache, keys, options, report, clock),
        };
    }

    // One that an application has put in front of the client for its other uses is not for the sessions.
    private static IRedisClient? ClientOf(IServiceProvider provider) =>
        provider.GetKeyedService<IRedisClient>(RedisSessionOptions.CacheServiceKey) ?? provider.GetService<IRedisClient>();

    // A cache that is there for something else, such as the one in memory that Razor Pages bring along, must not take
    // the sessions in: Redis comes first.
    private static IDistributedCache CacheOf(IServiceProvider provider, RedisSessionOptions options, TimeProvider time)
    {
        if (provider.GetKeyedService<IDistributedCache>(RedisSessionOptions.CacheServiceKey) is { } chosen)
        {
            return chosen;
        }

        if (ClientOf(provider) is { } client)
        {
            var cacheOptions = new RedisSessionCacheOptions { IoTimeout = options.IoTimeout };
            return new RedisSessionCache(client, Options.Create(cacheOptions), time);
        }

        var cache = provider.GetService<IDistributedCache>();
        return cache switch
        {
            // A connection to Redis is there, and nothing to use it with; the sessions of such an application are not meant
            // for the memory of one process.
            null or MemoryDistributedCache when HasMultiplexer(provider) => throw new InvalidOperationException(
                "Sessions have nowhere to live: an IConnectionMultiplexer is registered, and no IRedisClient over it. Add one line, "
                + "services.AddStackExchangeRedisClient(); (package RespClient.StackExchangeRedis)."),
            null => throw new InvalidOperationException(
                "Sessions have nowhere to live: call services.AddRespClient(...) for Redis, or register an IDistributedCache."),
            _ => cache,
        };
    }

    // By its name: sessions know nothing of that library. The connection is not opened for the question.
    private static bool HasMultiplexer(IServiceProvider provider) =>
        Type.GetType("StackExchange.Redis.IConnectionMultiplexer, StackExchange.Redis") is { } multiplexer
        && provider.GetService<IServiceProviderIsService>()?.IsService(multiplexer) == true;

    private static TrackedCache<string, SessionRecord>? TrackedOf(
        IServiceProvider provider, RedisSessionOptions options, RedisClient? client, NearRecords records)
    {
        if (options.NearCacheBytes == 0)
        {
            return null;
        }

        if (client is null)
        {
            provider.GetRequiredService<SessionLog>().NoTracking();
            return null;
        }

        return new TrackedCache<string, SessionRecord>(
            client,
            records,
            new TrackedCacheOptions { MaxBytes = options.NearCacheBytes, ProbeKey = $"{options.KeyPrefix}@probe:{Guid.NewGuid():N}" },
            provider.GetService<ILoggerFactory>()?.CreateLogger("RedisSessions.NearCache"));
    }

    private static SessionSearch? SearchOf(
        IServiceProvider provider, IDistributedCache cache, SessionKeys keys, RedisSessionOptions options, RecordReport report,
        RedisClock clock) =>
        cache is IFieldCache fields && ClientOf(provider) is { } client
            ? new SessionSearch(new TimedClient(client, options.IoTimeout), fields, keys, report, clock)
            : null;
}
