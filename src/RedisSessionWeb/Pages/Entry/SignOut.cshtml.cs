using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

using RedisSessionWeb.Visitors;

namespace RedisSessionWeb.Pages.Entry;

/// <summary>Signs out: only by a form of this site, never by a link.</summary>
internal sealed class SignOutModel(Visitor visitor) : PageModel
{
    public IActionResult OnGet() => Redirect("/");

    public async Task<IActionResult> OnPostAsync()
    {
        await visitor.SignOutAsync();
        return Redirect("/");
    }
}
