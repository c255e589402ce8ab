using System.Globalization;

using Microsoft.Playwright;

using RedisSessionWeb.Hosting;
using RedisSessionWeb.Tests.Architecture;
using RedisSessionWeb.Tests.Host;
using RedisSessionWeb.Tests.Sms;

using TestServers;
using TestServers.Sms;

namespace RedisSessionWeb.Tests.Browser;

/// <summary>A phone number confirmed and signed in with, in a real browser.</summary>
public sealed class PhoneJourneyTests(Chromium chromium) : IAsyncLifetime
{
    private const string Password = "correct horse battery";
    private const string Number = "+4915140000001";

    private RedisServer _redis = null!;
    private SmsProvider _provider = null!;
    private int _read;

    public async ValueTask InitializeAsync() => (_redis, _provider) = (await RedisServer.StartAsync(), await SmsProvider.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Theory]
    [InlineData("en")]
    [InlineData("zh-CN")]
    public async Task A_number_is_confirmed_and_signs_in_with_messages_of_a_provider(string language)
    {
        await using var app = await RunningApp.StartAsync(_redis.ConnectionString, WithProvider);
        await using var window = await chromium.OpenAsync(app, new() { Locale = language });

        await TravelAsync(window.Page, ReadFromProviderAsync);

        Assert.Equal(language, await window.Page.Locator("html").GetAttributeAsync("lang"));
        Assert.Equal(2, _provider.Messages.Count);
        Assert.Equal(language == "zh-CN", _provider.Messages[0]["Body"].Contains("验证码", StringComparison.Ordinal));
        Assert.Matches(@"\n@example\.com #\d{6}$", _provider.Messages[1]["Body"]);
    }

    [Fact]
    public async Task The_journey_works_without_javascript_from_the_development_mailbox()
    {
        await using var app = await RunningApp.StartAsync(_redis.ConnectionString, AppFixture.Settings);
        await using var window = await chromium.OpenAsync(app, new() { JavaScriptEnabled = false });

        await TravelAsync(window.Page, () => new Person(window.Page).ReadCodeAsync(Number));

        Assert.Empty(_provider.Messages);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("zh-CN")]
    public async Task The_journey_is_the_same_with_the_verification_service_apart(string language)
    {
        var port = RedisServer.FreePort();
        using var verify = VerifyRole.Build(
        [
            "--contentRoot=" + SourceTree.Root, "--environment=Development", "--Redis:ConnectionString=" + _redis.ConnectionString,
            string.Create(CultureInfo.InvariantCulture, $"--Verification:Grpc:Port={port}"), .. WithProvider.Select(s => "--" + s),
        ]);
        await verify.StartAsync();
        await using var app = await RunningApp.StartAsync(
            _redis.ConnectionString, [.. AppFixture.Settings, string.Create(CultureInfo.InvariantCulture, $"Verification:Remote=http://127.0.0.1:{port}")]);
        await using var window = await chromium.OpenAsync(app, new() { Locale = language });

        await TravelAsync(window.Page, ReadFromProviderAsync);

        Assert.Equal(2, _provider.Messages.Count);
        await verify.StopAsync();
    }

    [Fact]
    public async Task A_browser_that_reads_the_message_fills_the_code_in_and_goes_on_by_itself()
    {
        await using var app = await RunningApp.StartAsync(_redis.ConnectionString, WithProvider);
        await using var window = await chromium.OpenAsync(app);
        var (page, person) = (window.Page, new Person(window.Page));
        await page.ExposeFunctionAsync("receiveMessage", ReadFromProviderAsync);
        await page.AddInitScriptAsync("""
            window.OTPCredential = class {};
            CredentialsContainer.prototype.get = async ({ otp, signal }) => {
              if (otp.transport[0] !== "sms" || !signal) throw new TypeError("not a request for a message");
              return { code: await window.receiveMessage() };
            };
            """);
        await person.RegisterAsync("otp@example.com", "One time", Password);

        await person.AskForNumberAsync(Number, Password);

        await page.ArriveAtAsync("**/account?done=phone");
        Assert.Contains(Number, await page.Locator(".facts").InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_with_only_a_keyboard_signs_in_by_text_message()
    {
        await using var app = await RunningApp.StartAsync(_redis.ConnectionString, WithProvider);
        await using var window = await chromium.OpenAsync(app);
        var (page, person) = (window.Page, new Person(window.Page));
        await ConfirmAsync(page, ReadFromProviderAsync);
        await person.SignOutAsync();
        await ForgetCoolDownsAsync();
        await page.GotoAsync("/signin/phone");

        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter"); // skip to the content
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Country", await page.EvaluateAsync<string>("document.activeElement.name"));
        await page.Keyboard.TypeAsync("+49");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("0151 40000001");
        await page.Keyboard.PressAsync("Enter");
        await page.ArriveAtPathAsync("/signin/phone/confirm");
        await page.Keyboard.PressAsync("Tab"); // the link to the content was followed: a fragment keeps browsers from focusing by themselves
        Assert.Equal("Code", await page.EvaluateAsync<string>("document.activeElement.name"));
        await page.Keyboard.TypeAsync(await ReadFromProviderAsync());
        await page.Keyboard.PressAsync("Enter");

        await page.ArriveAtPathAsync("/account");
    }

    [Fact]
    public async Task Every_page_for_numbers_fits_a_phone_of_360_pixels()
    {
        await using var app = await RunningApp.StartAsync(_redis.ConnectionString, WithProvider);
        await using var window = await chromium.OpenAsync(app, new() { ViewportSize = new() { Width = 360, Height = 740 } });
        var page = window.Page;
        await ConfirmAsync(page, ReadFromProviderAsync);
        await ForgetCoolDownsAsync();
        await new Person(page).AskForNumberAsync("+4915140000002", Password);

        foreach (var path in (string[])["/account/phone/code", "/account/phone", "/account/phone/remove", "/account", "/signin/phone", "/dev/mailbox"])
        {
            await page.GotoAsync(path);
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"{path} is wider than the screen.");
        }
    }

    private string[] WithProvider => [.. SmsFixture.SettingsFor(_provider), .. AppFixture.Settings];

    private async Task TravelAsync(IPage page, Func<Task<string>> readAsync)
    {
        var person = new Person(page);
        await ConfirmAsync(page, readAsync);
        Assert.Contains(Number, await page.Locator(".facts").InnerTextAsync(), StringComparison.Ordinal);
        await person.SignOutAsync();
        await ForgetCoolDownsAsync();

        await page.GotoAsync("/signin");
        await page.Locator("main").GetByRole(AriaRole.Link, new() { NameRegex = new("^Sign in by text message$|^短信验证码登录$") }).ClickAsync();
        await page.Locator("select[name=Country]").SelectOptionAsync("DE");
        await person.FillAsync("^Phone number|^手机号", "０１５１ 4000-0001");
        await person.PressAsync("Send the code|发送验证码");
        await page.ArriveAtAsync("**/signin/phone/confirm");
        Assert.Equal("one-time-code", await page.Locator("input[name=Code]").GetAttributeAsync("autocomplete"));
        await person.FillAsync("6-digit code|6 位验证码", await readAsync());
        await person.PressAsync("Continue|继续");

        await page.ArriveAtPathAsync("/account");
    }

    private async Task ConfirmAsync(IPage page, Func<Task<string>> readAsync)
    {
        var person = new Person(page);
        await person.RegisterAsync("caller@example.com", "Caller", Password);
        await person.AskForNumberAsync(Number, Password);
        await page.ArriveAtAsync("**/account/phone/code");
        await person.FillAsync("6-digit code|6 位验证码", await readAsync());
        await person.PressAsync("Continue|继续");
        await page.ArriveAtAsync("**/account?done=phone");
    }

    /// <summary>The code of the newest message, once there is one more than were read before.</summary>
    private async Task<string> ReadFromProviderAsync()
    {
        var expected = ++_read;
        await Eventually.TrueAsync(() => _provider.Messages.Count >= expected);
        return _provider.Messages[^1]["Body"][^6..];
    }

    private async Task ForgetCoolDownsAsync() =>
        await _redis.CliAsync("EVAL", "for _, key in ipairs(redis.call('KEYS', 'is_send_*')) do redis.call('DEL', key) end", "0");
}
