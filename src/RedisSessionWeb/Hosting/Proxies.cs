using System.Net;

using Microsoft.AspNetCore.HttpOverrides;

namespace RedisSessionWeb.Hosting;

/// <summary>
/// Believes <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> from the proxies in <c>Proxies</c> (addresses or networks such
/// as <c>10.0.0.0/8</c>) and from nobody else: by default from none.
/// </summary>
internal static class Proxies
{
    private const string Section = "Proxies";

    public static IServiceCollection AddProxies(this IServiceCollection services, IConfiguration configuration)
    {
        var proxies = configuration.GetSection(Section).Get<string[]>() ?? [];
        return services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            options.ForwardedHeaders = proxies.Length == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            options.ForwardLimit = null;
            foreach (var proxy in proxies)
            {
                if (IPAddress.TryParse(proxy, out var address))
                    options.KnownProxies.Add(address);
                else if (System.Net.IPNetwork.TryParse(proxy, out var network))
                    options.KnownIPNetworks.Add(network);
                else
                    throw new Microsoft.Extensions.Options.OptionsValidationException(Section, typeof(ForwardedHeadersOptions), [$"{Section} has '{proxy}', which is neither an address nor a network such as 10.0.0.0/8."]);
            }
        });
    }
}
