using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Core.Infrastructure;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.WebUtilities;

using RedisSessionWeb.Errors;

namespace RedisSessionWeb.Hosting.Requests;

/// <summary>
/// A form that was open while the user signed in or out in another window has the token of another user. If the browser
/// says that a page of this site sent it, nothing is done and that page is shown again with a notice (303); a form from
/// elsewhere, or from an unknown page, stays a 400.
/// </summary>
internal sealed class OutdatedForms : IAlwaysRunResultFilter
{
    private const string Parameter = "outdated";

    // Parameters of the page's address that are for the form only.
    private const string Handler = "handler";

    /// <summary>Whether the page is shown because a form of it was out of date.</summary>
    public static bool AreToldOf(HttpRequest request) => HttpMethods.IsGet(request.Method) && request.Query.ContainsKey(Parameter);

    public void OnResultExecuting(ResultExecutingContext context)
    {
        var request = context.HttpContext.Request;
        if (context.Result is IAntiforgeryValidationFailedResult && RequestOrigin.IsThisSite(request) && !request.WantsJson())
        {
            context.HttpContext.Response.Headers.Location = PageOf(request);
            context.Result = new StatusCodeResult(StatusCodes.Status303SeeOther);
        }
    }

    public void OnResultExecuted(ResultExecutedContext context)
    {
    }

    // The page with the form, which says so itself: signing out and choosing a language have no page of their own.
    private static string PageOf(HttpRequest request)
    {
        var (path, query) = (request.PathBase.Add(request.Path).ToUriComponent(), request.QueryString.Value);
        if (Uri.TryCreate(request.Headers.Referer, UriKind.Absolute, out var referer)
            && RequestOrigin.IsOf(request, referer.GetLeftPart(UriPartial.Authority)))
        {
            (path, query) = (referer.AbsolutePath, referer.Query);
        }

        // Two slashes would lead to another host.
        var kept = QueryHelpers.ParseQuery(query).Where(pair => pair.Key is not (Handler or Parameter));
        return "/" + path.TrimStart('/', '\\') + QueryString.Create(kept).Add(Parameter, "1");
    }
}
