using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

using VerificationCodes.Delivery.Development;

namespace RedisSessionWeb.Pages.Development;

/// <summary>The HTML of a mail, for the frame around it: may style itself, and nothing else.</summary>
internal sealed class MessageHtmlModel(IServiceProvider services) : PageModel
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox";

    public async Task<IActionResult> OnGetAsync(string id)
    {
        var mailbox = services.GetService<IDevelopmentMailbox>();
        if (mailbox is null || await mailbox.FindAsync(id, HttpContext.RequestAborted) is not { IsSms: false } message)
        {
            return NotFound();
        }

        Response.Headers.ContentSecurityPolicy = Policy;
        return Content(message.Html, "text/html; charset=utf-8");
    }
}
