using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

using RedisSessionWeb.Accounts.Phones;
using RedisSessionWeb.Localization;
using RedisSessionWeb.Proofs;
using RedisSessionWeb.Visitors;

using VerificationCodes.Delivery;

namespace RedisSessionWeb.Pages.MyAccount;

/// <summary>Who is signed in, and where else.</summary>
[Authorize]
[ByRedisTime]
internal sealed class IndexModel(MySessions sessions, ChangePhone phone, IOptions<SmsOptions> sms, IStringLocalizer<Text> text) : PageModel
{
    public IReadOnlyList<MySession> Sessions { get; private set; } = [];

    /// <summary>The confirmed phone number; <see langword="null"/>: none.</summary>
    public string? Number { get; private set; }

    /// <summary>Whether text messages go out, so that a number can be confirmed.</summary>
    public bool CanChangeNumber => sms.Value.Enabled;

    /// <summary>A number can be taken away even where text messages are off by now.</summary>
    public bool ShowsNumber => CanChangeNumber || Number is not null;

    /// <summary>What was just finished.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Done { get; set; }

    public async Task OnGetAsync()
    {
        // Both are on their way before the first is awaited.
        var (own, number) = (sessions.ListAsync(), phone.FindAsync());
        (Sessions, Number) = (await own, await number);
    }

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
