using Microsoft.Playwright;

using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Browser;

/// <summary>The captcha before a code: a picture for everybody, and for people who cannot read it the browser's work.</summary>
public sealed class CaptchaTests(Chromium chromium)
{
    [Fact]
    public async Task A_person_who_cannot_read_the_picture_lets_the_browser_prove_it()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var app = await RunningApp.StartAsync(redis.ConnectionString, "Verification:Captcha:WorkBits=12");
        await using var window = await chromium.OpenAsync(app);
        var page = window.Page;
        await page.GotoAsync("/register");
        await page.GetByLabel("E-mail address").FillAsync("work@example.com");
        Assert.True(await page.GetByRole(AriaRole.Img, new() { NameRegex = new("picture") }).IsVisibleAsync());

        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("let my browser prove it") }).ClickAsync();
        await page.GetByText("Done. You can go on.").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Send the code" }).ClickAsync();

        await page.ArriveAtAsync("**/register/code");
    }

    [Fact]
    public async Task Wrong_characters_bring_a_new_picture_and_the_address_is_kept()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var app = await RunningApp.StartAsync(redis.ConnectionString);
        await using var window = await chromium.OpenAsync(app, new() { JavaScriptEnabled = false });
        var page = window.Page;
        await page.GotoAsync("/register");
        var picture = page.Locator(".captcha img");
        var first = await picture.GetAttributeAsync("src");
        Assert.True(await picture.EvaluateAsync<bool>("image => image.complete && image.naturalWidth > 0"));
        await page.GetByLabel("E-mail address").FillAsync("picture@example.com");
        await page.GetByLabel("Characters of the picture").FillAsync("!");

        await page.GetByRole(AriaRole.Button, new() { Name = "Send the code" }).ClickAsync();

        Assert.True(await page.GetByText("That was not what the picture shows. Here is a new one.").IsVisibleAsync());
        Assert.NotEqual(first, await picture.GetAttributeAsync("src"));
        Assert.Equal("picture@example.com", await page.GetByLabel("E-mail address").InputValueAsync());
        Assert.Equal("", await page.GetByLabel("Characters of the picture").InputValueAsync());
    }
}
