using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

using RedisSessionWeb.Errors;
using RedisSessionWeb.Inspection;
using RedisSessionWeb.Proofs;

namespace RedisSessionWeb.Pages.Inspector;

/// <summary>One session of any user: looking at it prolongs nothing; ending it takes effect at once.</summary>
[Authorize(AdminPolicy.Name)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None, VaryByHeader = "Accept")]
[ByRedisTime]
internal sealed class SessionModel(Inspection.Inspector inspector) : PageModel
{
    public InspectedDetails Details { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(string id)
    {
        if (await inspector.FindAsync(id, HttpContext.RequestAborted) is not { } details)
        {
            return NotFound();
        }

        Details = details;
        return Request.WantsJson() ? new JsonResult(details) : Page();
    }

    public async Task<IActionResult> OnPostAsync(string id)
    {
        if (!await inspector.EndAsync(id, HttpContext.RequestAborted))
        {
            return NotFound();
        }

        return Request.WantsJson() ? new NoContentResult() : Redirect("/inspector?done=ended");
    }
}
