using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

using RedisSessionWeb.Forms;
using RedisSessionWeb.Localization;

namespace RedisSessionWeb.Pages.Entry;

/// <summary>Sign in with address and password.</summary>
internal sealed class SignInModel(Accounts.SignIn signIn, IStringLocalizer<Text> text) : FormPage(text)
{
    [BindProperty]
    public string? Email { get; set; }

    [BindProperty, AsTyped]
    public string? Password { get; set; }

    /// <summary>Where to go afterwards; only a page of this site is followed.</summary>
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    /// <summary>What was just finished.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Done { get; set; }

    public async Task<IActionResult> OnPostAsync()
    {
        var outcome = await signIn.WithPasswordAsync(Email, Password);
        return outcome.IsRight
            ? LocalRedirect(ReturnTarget.Of(Url, ReturnUrl, "/account"))
            : Explain(outcome, nameof(Password), T["Address or password is wrong."]);
    }
}
