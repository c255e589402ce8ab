using System.Net;

using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace RedisSessionWeb.Hosting.Requests;

/// <summary>
/// Believes <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> from the proxies in <c>Proxies</c> (addresses or networks such
/// as <c>10.0.0.0/8</c>) and from no other sender: by default from none.
/// </summary>
internal static partial class Proxies
{
    private const string Section = "Proxies";

    /// <exception cref="OptionsValidationException">A proxy is neither an address nor a network.</exception>
    public static IServiceCollection AddProxies(this IServiceCollection services, IConfiguration configuration)
    {
        var networks = (configuration.GetSection(Section).Get<string[]>() ?? []).Select(Read).ToArray();
        return services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = networks.Length == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            options.ForwardLimit = null;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in networks)
            {
                options.KnownIPNetworks.Add(network);
            }
        });
    }

    public static void UseProxies(this WebApplication app)
    {
        var known = app.Services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value.KnownIPNetworks;
        var hasWarned = false;
        app.Use((context, next) =>
        {
            var headers = context.Request.Headers;
            if (ForwardedElements.IsIn(headers))
            {
                if (context.Connection.RemoteIpAddress is { } sender && !IsIn(known, sender))
                {
                    if (!Interlocked.Exchange(ref hasWarned, true))
                    {
                        LogUnknownProxy(app.Logger, sender);
                    }
                }
                else
                {
                    ForwardedElements.Normalize(headers);
                }
            }

            return next(context);
        });
        app.UseForwardedHeaders();
    }

    private static bool IsIn(IList<System.Net.IPNetwork> networks, IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return networks.Any(network => network.Contains(plain) || network.Contains(address));
    }

    private static System.Net.IPNetwork Read(string text)
    {
        if (System.Net.IPNetwork.TryParse(text, out var network))
        {
            return network;
        }

        if (IPAddress.TryParse(text, out var address))
        {
            return new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        throw new OptionsValidationException(
            Section, typeof(ForwardedHeadersOptions), [$"{Section} has '{text}'; allowed: an address, or a network such as 10.0.0.0/8."]);
    }

    [LoggerMessage(1, LogLevel.Warning, "A request from {Sender} has X-Forwarded-For or X-Forwarded-Proto, and Proxies does not name that address: its headers are ignored. If it is your proxy, all visitors look like one, and cookies are not Secure: put its address into Proxies.")]
    private static partial void LogUnknownProxy(ILogger logger, IPAddress sender);
}
