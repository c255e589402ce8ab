using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

using RedisSessionWeb.Localization;
using RedisSessionWeb.Visitors;

namespace RedisSessionWeb.Pages.MyAccount;

/// <summary>Who is signed in, and where else.</summary>
[Authorize]
internal sealed class IndexModel(MySessions sessions, IStringLocalizer<Text> text) : PageModel
{
    public IReadOnlyList<MySession> Sessions { get; private set; } = [];

    /// <summary>What was just finished.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Done { get; set; }

    public async Task OnGetAsync() => Sessions = await sessions.ListAsync();

    public async Task<IActionResult> OnPostEndAsync(string id) =>
        Redirect(await sessions.EndAsync(id) ? "/account?done=ended" : "/");

    public async Task<IActionResult> OnPostEndOthersAsync()
    {
        await sessions.EndOthersAsync();
        return Redirect("/account?done=others");
    }

    public string NameOf(Browser browser) => browser switch
    {
        { Name: { } name, System: { } system } => text["{0} on {1}", name, system],
        { Name: { } name } => name,
        { System: { } system } => text["A browser on {0}", system],
        _ => text["Unknown device"],
    };
}
