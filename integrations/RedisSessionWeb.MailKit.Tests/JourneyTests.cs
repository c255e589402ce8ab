using System.Net;
using System.Text.RegularExpressions;

using Microsoft.Playwright;

using TestServers;

namespace RedisSessionWeb.MailKit.Tests;

/// <summary>The main job in a real browser, with MailKit and PostgreSQL in place of what the application brings.</summary>
public sealed partial class JourneyTests
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task A_newcomer_registers_with_a_code_sent_by_mailkit_and_signs_in_to_an_account_in_postgresql()
    {
        await using var app = await PublishedApp.StartAsync();
        await UntilReadyAsync(app);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
        var page = await browser.NewPageAsync(new BrowserNewPageOptions { BaseURL = app.Address.ToString(), Locale = "en" });

        await page.GotoAsync("/register");
        await page.GetByLabel("E-mail address").First.FillAsync("ann@example.com");
        await PressAsync(page, "Send the code");
        await page.WaitForURLAsync("**/register/code");
        await page.GetByLabel("6-digit code").First.FillAsync(await ReadCodeAsync(app, 1));
        await PressAsync(page, "Continue");
        await page.WaitForURLAsync("**/register/finish");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Ann");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await PressAsync(page, "Create the account");
        await page.WaitForURLAsync("**/account?done=registered");

        await page.Locator("header").GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        await app.Redis.CliAsync("DEL", "is_send_ann@example.com");
        await page.GotoAsync("/reset");
        await page.GetByLabel("E-mail address").First.FillAsync("ann@example.com");
        await PressAsync(page, "Send the code");
        await page.WaitForURLAsync("**/reset/code");
        await page.GetByLabel("6-digit code").First.FillAsync(await ReadCodeAsync(app, 2));
        await PressAsync(page, "Continue");
        await page.WaitForURLAsync("**/reset/password");
        await page.Locator("main input[type=password]").FillAsync("another long password");
        await page.Locator("main form button").First.ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/signin");
        await page.GetByLabel("E-mail address").First.FillAsync("ann@example.com");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync("another long password");
        await PressAsync(page, "Sign in");
        await page.WaitForURLAsync("**/account");

        Assert.Equal("Ann", await page.Locator("h1").InnerTextAsync());
        // TLS from the first byte is what the framework's own client cannot do.
        Assert.All(app.Mail.Mails, mail => Assert.True(mail.Secure));
        Assert.Equal("1", await app.Postgres.SqlAsync("accounts", "SELECT count(*) FROM accounts WHERE normalized_email = 'ann@example.com'"));
        Assert.Equal("", await app.Redis.CliAsync("--scan", "--pattern", "ACCOUNT:{all}:id:*"));
    }

    private static Task PressAsync(IPage page, string name) =>
        page.Locator("main").GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^" + name) }).First.ClickAsync();

    private static async Task<string> ReadCodeAsync(PublishedApp app, int mails)
    {
        await Eventually.TrueAsync(() => app.Mail.Mails.Count >= mails);
        return Digits().Match(app.Mail.Mails[mails - 1].Text).Value;
    }

    // Starting takes longer than anything else that is waited for.
    private static async Task UntilReadyAsync(PublishedApp app)
    {
        using var http = new HttpClient { BaseAddress = app.Address };
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await IsReadyAsync(http, bound.Token))
        {
            await Task.Delay(100, bound.Token);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, CancellationToken bound)
    {
        try
        {
            return (await http.GetAsync("/healthz/ready", bound)).StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\b\d{6}\b")]
    private static partial Regex Digits();
}
