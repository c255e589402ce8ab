using Microsoft.AspNetCore.Diagnostics.HealthChecks;

using VerificationCodes.Captcha;

namespace RedisSessionWeb.Hosting;

/// <summary>The few addresses that are no pages.</summary>
internal static class Endpoints
{
    /// <summary>The picture of a captcha.</summary>
    public static void MapCaptcha(this IEndpointRouteBuilder routes) => routes
        .MapGet("/captcha/{id}.png", async (string id, HttpContext context, ICaptchaService captchas) =>
        {
            context.Response.Headers.CacheControl = "no-store";
            return await captchas.DrawAsync(id, context.Connection.RemoteIpAddress, context.RequestAborted) is { } png ? Results.Bytes(png, "image/png") : Results.NotFound();
        })
        .WithoutSession();

    /// <summary>Where password managers look for the page that changes a password (W3C, A Well-Known URL for Changing Passwords).</summary>
    public static void MapChangePassword(this IEndpointRouteBuilder routes) => routes
        .MapGet("/.well-known/change-password", () => Results.LocalRedirect("/account/password"))
        .WithoutSession();

    /// <summary>
    /// <c>/healthz/live</c>: the process answers. <c>/healthz/ready</c>: Redis does too, so requests may come.
    /// </summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = _ => false }).WithoutSession();
        routes.MapHealthChecks("/healthz/ready").WithoutSession();
    }
}
