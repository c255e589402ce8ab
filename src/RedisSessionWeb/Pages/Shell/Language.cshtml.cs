using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

using RedisSessionWeb.Forms;
using RedisSessionWeb.Localization;

namespace RedisSessionWeb.Pages.Shell;

/// <summary>The language switch of the footer: keeps the choice and goes back to where the visitor was.</summary>
internal sealed class LanguageModel : PageModel
{
    public IActionResult OnGet() => LocalRedirect("/");

    public IActionResult OnPost(string? language, string? returnUrl)
    {
        Languages.Choose(HttpContext, language);
        return LocalRedirect(ReturnTarget.Of(Url, returnUrl, "/"));
    }
}
