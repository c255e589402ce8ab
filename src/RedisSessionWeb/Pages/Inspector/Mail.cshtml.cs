using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

using RedisSessionWeb.Errors;
using RedisSessionWeb.Inspection;
using RedisSessionWeb.Proofs;

using VerificationCodes.Delivery;

namespace RedisSessionWeb.Pages.Inspector;

/// <summary>What waits in the outbox, and what was given up and why; addresses are masked.</summary>
[Authorize(AdminPolicy.Name)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None, VaryByHeader = "Accept")]
[ByRedisTime]
internal sealed class MailModel(IOutboxMonitor outbox) : PageModel
{
    public OutboxCounts Counts { get; private set; } = new(0, 0, 0);

    public IReadOnlyList<DeadLetter> DeadLetters { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync()
    {
        Counts = await outbox.CountAsync(HttpContext.RequestAborted);
        DeadLetters = await outbox.ListDeadLettersAsync(cancellationToken: HttpContext.RequestAborted);
        return Request.WantsJson() ? new JsonResult(new { Counts, DeadLetters }) : Page();
    }
}
