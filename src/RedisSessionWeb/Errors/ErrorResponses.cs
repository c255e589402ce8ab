using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Net.Http.Headers;

using PostgreSqlAccounts;

using RedisAccounts.Passwords.Hashing;

using RedisSessions;

using RespClient;

using VerificationCodes;

namespace RedisSessionWeb.Errors;

/// <summary>What a failed request answers: a page to people, problem details (RFC 9457) to programs.</summary>
internal static class ErrorResponses
{
    private const string Path = "/error";

    private static readonly MediaTypeHeaderValue Html = new("text/html");
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue Problem = new("application/problem+json");

    /// <summary>Belongs before what brings writers of its own, such as <c>AddRazorPages</c>.</summary>
    public static IServiceCollection AddErrorResponses(this IServiceCollection services) =>
        services.AddSingleton<OutageLog>().AddSingleton<IProblemDetailsWriter, PageInstead>().AddProblemDetails();

    /// <summary>Turns an unhandled exception, and an error status without a body, into what <c>Pages/Shell/Error</c> says.</summary>
    /// <remarks>In a scope of its own: in the first one, authentication remembers the failure and throws it again.</remarks>
    public static IApplicationBuilder UseErrorResponses(this IApplicationBuilder app) => app
        .UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandlingPath = Path,
            StatusCodeSelector = StatusOf,
            CreateScopeForErrors = true,
            SuppressDiagnosticsCallback = IsToldAsOutage,
        })
        .UseStatusCodePagesWithReExecute(Path, createScopeForStatusCodePages: true);

    /// <summary>Whether the client prefers JSON to a page.</summary>
    public static bool WantsJson(this HttpRequest request)
    {
        foreach (var type in request.GetTypedHeaders().Accept.OrderByDescending(t => t.Quality ?? 1))
        {
            if (Html.IsSubsetOf(type))
            {
                return type.MatchesAllTypes && request.IsJson();
            }

            if (Json.IsSubsetOf(type) || Problem.IsSubsetOf(type))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsJson(this HttpRequest request) =>
        request.ContentType is { } type && type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// A Redis or PostgreSQL that is away or refuses is 503, which says "try again", even if the exception is wrapped;
    /// every other unexpected exception is 500.
    /// </summary>
    private static int StatusOf(Exception exception) => exception switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        PasswordsBusyException => StatusCodes.Status503ServiceUnavailable,
        SessionUnavailableException or VerificationUnavailableException or AccountsUnavailableException => StatusCodes.Status503ServiceUnavailable,
        RedisConnectionException or RedisTimeoutException or RedisProtocolException => StatusCodes.Status503ServiceUnavailable,
        RedisServerException server when server.Kind.IsTransient() || server.Kind.IsForbidden() => StatusCodes.Status503ServiceUnavailable,
        { InnerException: { } inner } => StatusOf(inner),
        _ => StatusCodes.Status500InternalServerError,
    };

    // An outage is not a fault of the program: logged without a stack trace, and not for each request.
    private static bool IsToldAsOutage(ExceptionHandlerSuppressDiagnosticsContext context)
    {
        if (StatusOf(context.Exception) != StatusCodes.Status503ServiceUnavailable)
        {
            return false;
        }

        // Logged where it was refused.
        if (context.Exception is PasswordsBusyException)
        {
            return true;
        }

        context.HttpContext.RequestServices.GetRequiredService<OutageLog>().Tell(context.Exception);
        return true;
    }

    /// <summary>
    /// Leaves problem details that a component wants to write for a person unwritten: an error status without a body
    /// is what <see cref="UseErrorResponses"/> makes a page of.
    /// </summary>
    private sealed class PageInstead : IProblemDetailsWriter
    {
        public bool CanWrite(ProblemDetailsContext context) => !context.HttpContext.Request.WantsJson();

        public ValueTask WriteAsync(ProblemDetailsContext context) => ValueTask.CompletedTask;
    }
}
