using System.Text.RegularExpressions;

using Microsoft.Playwright;

using TestServers;

namespace RedisSessionWeb.Tests.Browser;

/// <summary>What a person does on the pages, told by labels in either language, as assistive technology finds them.</summary>
internal sealed partial class Person(IPage page)
{
    public Task FillAsync(string pattern, string value) => page.GetByLabel(new Regex(pattern)).First.FillAsync(value);

    public Task PressAsync(string pattern) => page.Locator("main").GetByRole(AriaRole.Button, new() { NameRegex = new Regex(pattern) }).First.ClickAsync();

    public async Task RegisterAsync(string email, string name, string password)
    {
        await page.GotoAsync("/register");
        await FillAsync("E-mail address|电子邮箱", email);
        await PressAsync("Send the code|发送验证码");
        await page.ArriveAtAsync("**/register/code");
        await FillAsync("6-digit code|6 位验证码", await ReadCodeAsync(email));
        await PressAsync("Continue|继续");
        await page.ArriveAtAsync("**/register/finish");
        await FillAsync("^Name$|^名称$", name);
        await FillAsync("^Password$|^密码$", password);
        await PressAsync("Create the account|创建账户");
        await page.ArriveAtAsync("**/account?done=registered");
    }

    public async Task SignInAsync(string email, string password)
    {
        await page.GotoAsync("/signin");
        await FillAsync("E-mail address|电子邮箱", email);
        await FillAsync("^Password$|^密码$", password);
        await PressAsync("^Sign in$|^登录$");
        await page.ArriveAtAsync("**/account");
    }

    /// <summary>Has a code sent to a number that the account is to get.</summary>
    public async Task AskForNumberAsync(string number, string password)
    {
        await page.GotoAsync("/account");
        await page.Locator("a[href='/account/phone']").ClickAsync();
        await FillAsync("^Phone number|^手机号", number);
        await FillAsync("^Present password$|^当前密码$", password);
        await PressAsync("Send the code|发送验证码");
    }

    public async Task SignOutAsync()
    {
        await page.Locator("header").GetByRole(AriaRole.Button, new() { NameRegex = new Regex("Sign out|退出登录") }).ClickAsync();
        await page.ArriveAtPathAsync("/");
    }

    /// <summary>Opens the development mailbox in another tab and reads the newest code to an address.</summary>
    public async Task<string> ReadCodeAsync(string email)
    {
        var tab = await page.Context.NewPageAsync();
        var code = "";
        await Eventually.TrueAsync(async () =>
        {
            await tab.GotoAsync("/dev/mailbox?to=" + Uri.EscapeDataString(email));
            var newest = tab.Locator(".rows a").First;
            if (await tab.Locator(".rows a").CountAsync() == 0)
            {
                return false;
            }

            await newest.ClickAsync();
            code = Digits().Match(await tab.Locator("pre").InnerTextAsync()).Value;
            return code.Length > 0;
        });
        await tab.CloseAsync();
        return code;
    }

    [GeneratedRegex(@"\b\d{6}\b")]
    private static partial Regex Digits();
}
