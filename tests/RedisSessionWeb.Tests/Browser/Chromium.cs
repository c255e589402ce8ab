using Microsoft.Playwright;

using RedisSessionWeb.Tests.Host;

namespace RedisSessionWeb.Tests.Browser;

/// <summary>Debian's Chromium, one process for all tests of a class; each test has its own context and cookies.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    /// <summary>A fresh browser window; the test fails if a page breaks the site's own security policy or throws.</summary>
    internal async Task<Window> OpenAsync(RunningApp app, BrowserNewContextOptions? options = null)
    {
        options ??= new BrowserNewContextOptions();
        options.BaseURL = app.Address.ToString();
        options.Locale ??= "en";
        var context = await _browser!.NewContextAsync(options);
        context.SetDefaultTimeout(30_000);
        var page = await context.NewPageAsync();
        var complaints = new List<string>();
        page.PageError += (_, error) => complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
                complaints.Add(message.Text);
        };
        return new Window(context, page, complaints);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}

/// <summary>A window of the browser.</summary>
internal sealed record Window(IBrowserContext Context, IPage Page, IReadOnlyList<string> Complaints) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync();
        Assert.Empty(Complaints);
    }
}
