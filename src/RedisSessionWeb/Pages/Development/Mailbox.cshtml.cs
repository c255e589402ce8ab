using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

using RedisSessionWeb.Proofs;

using VerificationCodes.Delivery.Development;

namespace RedisSessionWeb.Pages.Development;

/// <summary>The mails that were not sent into the world. Where there is no development mailbox there is no such page.</summary>
[ByRedisTime]
internal sealed class MailboxModel(IServiceProvider services) : PageModel
{
    private readonly IDevelopmentMailbox? _mailbox = services.GetService<IDevelopmentMailbox>();

    public IReadOnlyList<MailboxMessage> Messages { get; private set; } = [];

    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (_mailbox is null)
        {
            context.Result = NotFound();
        }
    }

    public async Task OnGetAsync(string? to) => Messages = await _mailbox!.ListAsync(to, HttpContext.RequestAborted);

    public async Task<IActionResult> OnPostAsync()
    {
        await _mailbox!.ClearAsync();
        return Redirect("/dev/mailbox");
    }
}
