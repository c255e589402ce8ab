using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace RedisSessionWeb.KeyRing;

/// <summary>The key ring of Data Protection: in Redis, for all instances, and sealed.</summary>
internal static class KeyRingServiceCollectionExtensions
{
    public static IServiceCollection AddKeyRing(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("RedisSessionWeb").PersistKeysToRedis();
        // It logs each failure with its stack, for each request; SessionLog reports it once.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.KeyRingProvider", LogLevel.None));
        services.AddSingleton<KeyRingSecrets>();
        services.AddOptions<KeyManagementOptions>().Configure<KeyRingSecrets, ILogger<SealedKeyRing>>((ring, secrets, logger) =>
        {
            if (!secrets.Any)
            {
                return;
            }

            ring.XmlEncryptor = new KeyRingEncryptor(secrets);
            ring.XmlRepository = new SealedKeyRing((IDeletableXmlRepository)ring.XmlRepository!, secrets, logger);
        });
        services.AddHealthChecks().AddRedisKeyRing();
        return services;
    }
}
