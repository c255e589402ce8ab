using System.Diagnostics;

using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;

using RedisSessionWeb.Errors;

using RedisSessions.Endpoints;

namespace RedisSessionWeb.Pages.Shell;

/// <summary>What a request that failed answers, by its status; the error handlers run it with any method.</summary>
[WithoutSession]
[IgnoreAntiforgeryToken]
[ResponseCache(NoStore = true)]
internal sealed class ErrorModel : PageModel
{
    /// <summary>The seconds after which a client may try again when Redis was away.</summary>
    private const string RetryAfter = "2";

    public int Status { get; private set; }

    /// <summary>Finds the request in the log and in traces.</summary>
    public string Reference => Activity.Current?.TraceId.ToString() ?? HttpContext.TraceIdentifier;

    public string Heading => Status switch
    {
        400 => "This request cannot be understood",
        403 => "This is not for you",
        404 => "There is nothing here",
        405 => "This does not work that way",
        429 => "Too many requests",
        503 => "Not available at the moment",
        _ => "Something went wrong",
    };

    public string Advice => Status switch
    {
        400 => "The form may be too old. Go back, load the page again, and try once more.",
        403 => "You are signed in, but this page needs rights that your account does not have.",
        404 => "The address may be mistyped, or what was here is gone.",
        429 => "Wait a little, then try again.",
        503 => "The store behind this site does not answer. Your last change may not have been saved; try again in a few seconds.",
        _ => "It is our fault, not yours. Try again; if it happens again, tell us the reference below.",
    };

    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        // Asked for directly, there is no error to tell of.
        Status = Response.StatusCode < 400 ? StatusCodes.Status404NotFound : Response.StatusCode;
        Response.StatusCode = Status;
        if (Status == StatusCodes.Status503ServiceUnavailable)
        {
            Response.Headers.RetryAfter = RetryAfter;
        }

        if (Request.WantsJson())
        {
            context.Result = new ObjectResult(new ProblemDetails
            {
                Status = Status,
                Title = ReasonPhrases.GetReasonPhrase(Status),
                Detail = Advice,
                Extensions = { ["traceId"] = Reference },
            })
            { StatusCode = Status, ContentTypes = { "application/problem+json" } };
        }
    }
}
