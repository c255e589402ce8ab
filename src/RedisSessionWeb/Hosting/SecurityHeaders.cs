using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

using RedisSessionWeb.Hosting.Requests;
using RedisSessionWeb.Visitors;

namespace RedisSessionWeb.Hosting;

/// <summary>The headers that tell a browser what a page of this site may do (OWASP ASVS 5.0.0, V3.4).</summary>
internal static class SecurityHeaders
{
    /// <summary>Everything from this origin only, no inline script or style, no frame around us.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'";

    /// <summary>ASVS 3.4.1 (L1). Not for the names below this one: they may be others'.</summary>
    private const string HttpsForAYear = "max-age=31536000";

    /// <summary>The cookie against forged forms travels like all others: over TLS wherever the page did.</summary>
    public static IServiceCollection AddSafeForms(this IServiceCollection services)
    {
        services.AddAntiforgery().AddSingleton<CookieNames>();
        services.AddOptions<AntiforgeryOptions>().Configure<CookieNames>((options, names) =>
        {
            options.Cookie.Name = names.Form;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            // frame-ancestors says it already, and more strictly.
            options.SuppressXFrameOptionsHeader = true;
        });
        services.Configure<MvcOptions>(options => options.Filters.Add(new OutdatedForms()));
        // Afterwards: AddRazorPages begins with conventions of its own.
        services.PostConfigure<RazorPagesOptions>(options => options.Conventions.AddFolderApplicationModelConvention(
            "/Development", page => page.Filters.Add(new LoopbackHost())));
        return services;
    }

    /// <summary>
    /// Sets the headers before the rest of the pipeline runs, so that error pages have them too; an endpoint that
    /// needs other values overwrites them.
    /// </summary>
    public static IApplicationBuilder UseSecurityHeaders(this WebApplication app)
    {
        var isDevelopment = app.Environment.IsDevelopment();
        return app.Use((context, next) =>
        {
            // An error page starts with cleared headers: setting them when the response starts survives that.
            context.Response.OnStarting(isDevelopment ? SetHeaders : SetHeadersAndHsts, context);
            return next(context);
        });
    }

    private static Task SetHeadersAndHsts(object state)
    {
        var context = (HttpContext)state;
        // Browsers keep it for the host's name, and all applications share localhost.
        if (context.Request.IsHttps && !LoopbackHost.Is(context.Request.Host))
        {
            context.Response.Headers.StrictTransportSecurity = HttpsForAYear;
        }

        return SetHeaders(context);
    }

    private static Task SetHeaders(object state)
    {
        var headers = ((HttpContext)state).Response.Headers;
        headers.ContentSecurityPolicy = headers.ContentSecurityPolicy is { Count: > 0 } own ? own : Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        return Task.CompletedTask;
    }
}
