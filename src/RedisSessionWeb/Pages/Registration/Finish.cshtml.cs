using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

using RedisAccounts;

using RedisSessionWeb.Accounts;
using RedisSessionWeb.Forms;
using RedisSessionWeb.Localization;
using RedisSessionWeb.Proofs;

namespace RedisSessionWeb.Pages.Registration;

/// <summary>Register, step 3: name and password. Only reached with a proven address.</summary>
[ByRedisTime]
internal sealed class FinishModel(Register register, IOptions<AccountOptions> limits, IStringLocalizer<Text> text)
    : NewPasswordPage(limits, text)
{
    [BindProperty]
    public string? Name { get; set; }

    [BindProperty, AsTyped]
    public string? Password { get; set; }

    public string Address { get; private set; } = "";

    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (register.Proven is { } address)
        {
            Address = address.Value;
        }
        else
        {
            context.Result = Redirect(register.Pending is null ? "/register" : "/register/code");
        }
    }

    public async Task<IActionResult> OnPostAsync()
    {
        var (tries, problems) = await register.FinishAsync(Name, Password);
        if (!tries.IsRight)
        {
            return Explain(tries, Whole, T["Too many tries."]);
        }

        return problems.Count == 0 ? Redirect("/account?done=registered") : Explain(problems, nameof(Name), nameof(Password));
    }
}
