using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace RedisSessions.Request;

/// <summary>The answer to a request that needed its session and could not have it, or could not keep it.</summary>
internal static class UnavailableResponse
{
    // What a client that retries at once would add to the load of a server that is coming back.
    private const string RetryAfterSeconds = "2";

    public static async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.Clear();
        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        response.Headers.RetryAfter = RetryAfterSeconds;
        response.Headers.CacheControl = "no-store";
        var problem = new ProblemDetails
        {
            Type = "https://www.rfc-editor.org/rfc/rfc9110#section-15.6.4",
            Title = "The session is not available",
            Status = StatusCodes.Status503ServiceUnavailable,
            Detail = "The session could not be read or kept. Try again shortly.",
        };
        if (context.RequestServices.GetService<IProblemDetailsService>() is { } service
            && await service.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem }))
        {
            return;
        }

        await response.WriteAsJsonAsync(problem, options: null, contentType: "application/problem+json");
    }
}
