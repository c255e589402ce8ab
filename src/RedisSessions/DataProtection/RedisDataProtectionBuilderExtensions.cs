using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

using RedisSessions.DataProtection;
using RedisSessions.Diagnostics;

using RespClient;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps the keys of Data Protection in Redis.</summary>
public static class RedisDataProtectionBuilderExtensions
{
    // Longer than a request may wait: an application that cannot read its keys cannot answer at all.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Keeps the key ring in Redis, so that antiforgery tokens, cookies and protected session data survive a restart
    /// and are read by every instance.
    /// </summary>
    /// <param name="builder">What <c>AddDataProtection()</c> returns.</param>
    /// <param name="key">
    /// The key of the list. Default <c>DataProtection-Keys</c>, as in Microsoft's package for Redis. It has no TTL.
    /// </param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <remarks>
    /// <para>An <see cref="IRedisClient"/> must be registered (<c>AddRespClient</c>).</para>
    /// <para>Give instances in different folders one name: <c>SetApplicationName</c>.</para>
    /// <para>Anyone who can read Redis can read the keys, and all they protect there, unless the keys are encrypted:
    /// <c>ProtectKeysWithCertificate</c>.</para>
    /// </remarks>
    public static IDataProtectionBuilder PersistKeysToRedis(
        this IDataProtectionBuilder builder, string key = "DataProtection-Keys")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(key);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddLogging().TryAddSingleton<SessionLog>();
        builder.Services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider =>
            new ConfigureOptions<KeyManagementOptions>(options => options.XmlRepository =
                new RedisXmlRepository(provider.GetRequiredService<IRedisClient>(), key, Timeout, provider.GetRequiredService<SessionLog>())));
        return builder;
    }
}
