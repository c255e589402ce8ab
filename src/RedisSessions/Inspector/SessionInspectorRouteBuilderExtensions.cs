using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

using RedisSessions;
using RedisSessions.Inspector;

using RespClient;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the inspector of sessions.</summary>
public static class SessionInspectorRouteBuilderExtensions
{
    /// <summary>
    /// Maps the inspector: all sessions as JSON, one session, ending one or all of a user, and what happens to sessions
    /// as Server-Sent Events. Looking extends no TTL, and no answer holds a secret id.
    /// </summary>
    /// <param name="endpoints">Where to map it.</param>
    /// <param name="pattern">The path it starts with, such as <c>/admin/sessions</c>.</param>
    /// <param name="policy">
    /// The authorization policy that lets administrators in. There is no inspector without one; a policy that the
    /// application has not registered lets nobody in.
    /// </param>
    /// <returns>The group of its routes, for further conventions such as rate limits.</returns>
    /// <exception cref="ArgumentException">The pattern is null, or the policy is empty.</exception>
    /// <exception cref="InvalidOperationException"><c>AddSessionInspector</c> was not called.</exception>
    /// <remarks>
    /// <code>
    /// GET    {pattern}?cursor=&amp;size=&amp;user=   {"sessions": [...], "next": "cursor" or null}; size 1 to 1000, default 50
    /// GET    {pattern}/{id}                  one session; of its values the kind and size, and what ShowsValue allows
    /// DELETE {pattern}/{id}                  204; 404 where there is none
    /// DELETE {pattern}?user=                 {"ended": n}: all of a user's
    /// GET    {pattern}/events                created, renewed, destroyed, expired; goes on after Last-Event-ID
    /// </code>
    /// While Redis does not answer: 503 with Retry-After.
    /// </remarks>
    public static RouteGroupBuilder MapSessionInspector(this IEndpointRouteBuilder endpoints, string pattern, string policy)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentException.ThrowIfNullOrEmpty(policy);
        if (endpoints.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(SessionInspectorEndpoints)) == false)
        {
            throw new InvalidOperationException("The inspector is not registered: call services.AddSessionInspector().");
        }

        var group = endpoints.MapGroup(pattern).RequireAuthorization(policy).AddEndpointFilter(AnswerAsync);
        group.MapGet("/", (SessionInspectorEndpoints inspector, string? cursor, int? size, string? user, CancellationToken token) =>
            inspector.ListAsync(cursor, size, user, token));
        group.MapGet("/{id}", (SessionInspectorEndpoints inspector, string id, CancellationToken token) =>
            inspector.FindAsync(id, token));
        group.MapDelete("/{id}", (SessionInspectorEndpoints inspector, string id, HttpContext context) =>
            inspector.EndAsync(id, context.User));
        group.MapDelete("/", (SessionInspectorEndpoints inspector, string? user, HttpContext context) =>
            inspector.EndAllAsync(user, context.User));
        group.MapGet("/events", (SessionInspectorEndpoints inspector, HttpContext context) => inspector.ListenAsync(context));
        return group;
    }

    private static async ValueTask<object?> AnswerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var headers = context.HttpContext.Response.Headers;
        headers.CacheControl = "no-store";
        try
        {
            return await next(context);
        }
        catch (Exception e) when (e is SessionUnavailableException or RedisException)
        {
            headers.RetryAfter = "1";
            return TypedResults.Problem("Redis does not answer.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        catch (NotSupportedException e)
        {
            return TypedResults.Problem(e.Message, statusCode: StatusCodes.Status501NotImplemented);
        }
    }
}
