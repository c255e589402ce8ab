using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

using VerificationCodes.Delivery.Development;

namespace RedisSessionWeb.Pages.Development;

/// <summary>One mail of the development mailbox.</summary>
internal sealed class MessageModel(IServiceProvider services) : PageModel
{
    private readonly IDevelopmentMailbox? _mailbox = services.GetService<IDevelopmentMailbox>();

    public MailboxMessage Message { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(string id)
    {
        if (_mailbox is null || await _mailbox.FindAsync(id, HttpContext.RequestAborted) is not { } message)
        {
            return NotFound();
        }

        Message = message;
        return Page();
    }
}
