using Microsoft.Net.Http.Headers;

namespace RedisSessionWeb.Hosting.Requests;

/// <summary>
/// What a route that reads JSON asks of a request, so that no page of another site can send one: a page may post
/// <c>text/plain</c> anywhere, but <c>application/json</c> only where it is allowed to, and it is allowed nowhere here.
/// </summary>
internal static class JsonRequests
{
    /// <summary>Refuses requests that a browser says come from another site (403). Programs send neither header.</summary>
    public static RouteHandlerBuilder RefuseOtherSites(this RouteHandlerBuilder route) => route.AddEndpointFilter(
        static async (context, next) => RequestOrigin.IsAnotherSite(context.HttpContext.Request) ? Results.StatusCode(StatusCodes.Status403Forbidden) : await next(context));

    /// <summary>Whether the body is said to be <c>application/json</c>.</summary>
    public static bool SaysJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);
}
