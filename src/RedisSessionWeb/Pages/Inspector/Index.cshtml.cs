using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

using RedisSessionWeb.Errors;
using RedisSessionWeb.Inspection;
using RedisSessionWeb.Proofs;

namespace RedisSessionWeb.Pages.Inspector;

/// <summary>All sessions, page by page, or those of one user; as JSON on request.</summary>
[Authorize(AdminPolicy.Name)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None, VaryByHeader = "Accept")]
[ByRedisTime]
internal sealed class IndexModel(Inspection.Inspector inspector) : PageModel
{
    public SessionViewPage Sessions { get; private set; } = new([], null);

    /// <summary>The address whose sessions are shown; <see langword="null"/>: all users.</summary>
    public string? Filter { get; private set; }

    public string? Cursor { get; private set; }

    [BindProperty(SupportsGet = true)]
    public string? Done { get; set; }

    public async Task<IActionResult> OnGetAsync(string? user, string? cursor)
    {
        (Filter, Cursor) = (string.IsNullOrWhiteSpace(user) ? null : user.Trim(), cursor);
        var page = Filter is null
            ? await inspector.ListAsync(cursor, HttpContext.RequestAborted)
            : await inspector.OfUserAsync(Filter, HttpContext.RequestAborted);
        if (page is null)
        {
            return BadRequest();
        }

        Sessions = page;
        return Request.WantsJson() ? new JsonResult(page) : Page();
    }
}
