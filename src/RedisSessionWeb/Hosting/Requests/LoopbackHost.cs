using System.Net;

using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace RedisSessionWeb.Hosting.Requests;

/// <summary>
/// Pages that answer only where the browser asked for this machine by a name of its own. A page elsewhere whose name was
/// pointed at 127.0.0.1 after it was loaded (DNS rebinding) would otherwise read them: it comes with its own name.
/// </summary>
internal sealed class LoopbackHost : IAuthorizationFilter
{
    /// <summary><c>localhost</c> and names below it (RFC 6761, section 6.3), 127.0.0.0/8, and <c>[::1]</c>.</summary>
    public static bool Is(HostString host)
    {
        var name = host.Host.TrimEnd('.');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));
    }

    public void OnAuthorization(AuthorizationFilterContext context)
    {
        if (!Is(context.HttpContext.Request.Host))
        {
            context.Result = new NotFoundResult();
        }
    }
}
