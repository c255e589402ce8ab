using System.Globalization;
using System.Net;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using RedisAccounts;

using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Sms;

/// <summary>A phone number on the account page, and signing in with a code that goes to it. Messages stay in the development mailbox.</summary>
public sealed class PhonePageTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task A_confirmed_number_ends_other_sessions_tells_the_owner_and_signs_in()
    {
        using var visit = await RegisterAsync("ann");
        using var elsewhere = new Visit(fixture.App);
        await SignInAsync(elsewhere, "ann@example.com");

        await AskAsync(visit, "(0151) 3000-0001", "DE");
        Assert.Equal("/account/phone/code", visit.Path);
        Assert.Contains("+4915130000001", visit.Main, StringComparison.Ordinal);
        await visit.SubmitAsync(("Code", await visit.ReadTextMessageAsync("+4915130000001")));

        Assert.Equal("/account?done=phone", visit.Path);
        Assert.Contains("+4915130000001", visit.Main, StringComparison.Ordinal);
        await elsewhere.OpenAsync("/account");
        Assert.StartsWith("/signin", elsewhere.Path, StringComparison.Ordinal);
        await AssertToldAsync(visit, "ann@example.com", "+49*********01 was confirmed");
        await fixture.ForgetCoolDownsAsync();
        await AskToSignInAsync(elsewhere, "+49 151 30000001", "/account/email");
        Assert.StartsWith("/signin/phone/confirm", elsewhere.Path, StringComparison.Ordinal);
        await elsewhere.SubmitAsync(("Code", await elsewhere.ReadTextMessageAsync("+4915130000001")));
        Assert.Equal("/account/email", elsewhere.Path);
    }

    [Fact]
    public async Task A_number_needs_the_password_once_more()
    {
        using var visit = await RegisterAsync("pass");

        await AskAsync(visit, "0151 30000002", "DE", "wrong");

        Assert.Equal((HttpStatusCode.BadRequest, "This is not your present password."), (visit.Response.StatusCode, visit.ErrorOf("Password")));
        Assert.Null(await visit.ReadMailAsync("+4915130000002"));
        using var stranger = new Visit(fixture.App);
        await stranger.OpenAsync("/account/phone");
        Assert.StartsWith("/signin", stranger.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_nobody_has_gets_the_same_answers_as_a_known_one_and_no_message()
    {
        using var owner = await RegisterAsync("known", "+4915130000003");
        using var known = new Visit(fixture.App);
        using var unknown = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();

        var pages = new List<(HttpStatusCode, string, string)>();
        foreach (var (visit, number) in new[] { (known, "+4915130000003"), (unknown, "+4915130000004") })
        {
            await AskToSignInAsync(visit, number);
            var asked = (visit.Response.StatusCode, visit.Path, Blank(visit, number));
            await visit.SubmitAsync(("Code", "000000"));
            pages.Add(asked);
            pages.Add((visit.Response.StatusCode, visit.Path, visit.ErrorOf("Code")));
        }

        Assert.Equal(pages[..2], pages[2..]);
        await Eventually.TrueAsync(async () => await known.ReadMailAsync("+4915130000003") is not null);
        Assert.Null(await unknown.ReadMailAsync("+4915130000004"));
        static string Blank(Visit visit, string number) => visit.Main.Replace(number, "N", StringComparison.Ordinal)
            .Replace(visit.Page.QuerySelector("[data-reference]")!.GetAttribute("data-reference")!, "R", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_that_was_not_confirmed_does_not_sign_in()
    {
        using var visit = await RegisterAsync("halfway");
        await AskAsync(visit, "+4915130000005");
        var code = await visit.ReadTextMessageAsync("+4915130000005");
        using var other = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();

        await AskToSignInAsync(other, "+4915130000005");
        await other.SubmitAsync(("Code", code));

        Assert.Equal("That is not the code. 4 tries left.", other.ErrorOf("Code"));
        await visit.OpenAsync("/account");
        Assert.DoesNotContain("+4915130000005", visit.Main, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_of_another_account_is_refused_only_to_who_holds_the_telephone()
    {
        using var owner = await RegisterAsync("first", "+4915130000006");
        using var second = await RegisterAsync("second");
        await fixture.ForgetCoolDownsAsync();

        await AskAsync(second, "+4915130000006");
        Assert.Equal("/account/phone/code", second.Path);
        await second.SubmitAsync(("Code", await second.ReadTextMessageAsync("+4915130000006")));

        Assert.Equal("/account/phone?problem=taken", second.Path);
        Assert.Contains("This number belongs to another account.", second.Main, StringComparison.Ordinal);
        await owner.OpenAsync("/account");
        Assert.Contains("+4915130000006", owner.Main, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_number_signs_in_and_the_old_one_no_longer_does()
    {
        using var visit = await RegisterAsync("mover", "+4915130000007");
        using var waiting = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();
        await AskToSignInAsync(waiting, "+4915130000007");
        var oldCode = await waiting.ReadTextMessageAsync("+4915130000007");

        await ConfirmAsync(visit, "+4915130000008");

        Assert.Equal("/account?done=phone", visit.Path);
        Assert.DoesNotContain("+4915130000007", visit.Main, StringComparison.Ordinal);
        await AssertDeadAsync(waiting, oldCode);
        using var fresh = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();
        await AskToSignInAsync(fresh, "+4915130000008");
        await fresh.SubmitAsync(("Code", await fresh.ReadTextMessageAsync("+4915130000008")));
        Assert.Equal("/account", fresh.Path);
    }

    [Fact]
    public async Task A_removed_number_is_free_ends_its_codes_and_tells_the_owner()
    {
        using var visit = await RegisterAsync("leaver", "+4915130000009");
        using var waiting = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();
        await AskToSignInAsync(waiting, "+4915130000009");
        var code = await waiting.ReadTextMessageAsync("+4915130000009");
        await visit.OpenAsync("/account/phone/remove");
        await visit.SubmitAsync(("Password", "wrong"));
        Assert.Equal("This is not your present password.", visit.ErrorOf("Password"));

        await visit.SubmitAsync(("Password", Password));

        Assert.Equal("/account?done=phone-removed", visit.Path);
        Assert.DoesNotContain("+4915130000009", visit.Main, StringComparison.Ordinal);
        await AssertDeadAsync(waiting, code);
        await AssertToldAsync(visit, "leaver@example.com", "+49*********09 no longer belongs to your account");
        await visit.OpenAsync("/account/phone/remove");
        Assert.Equal("/account", visit.Path);
        using var heir = await RegisterAsync("heir", "+4915130000009");
        Assert.Equal("/account?done=phone", heir.Path);
    }

    [Fact]
    public async Task A_deleted_account_leaves_its_number_free_and_no_code_that_went_there()
    {
        using var visit = await RegisterAsync("gone", "+4915130000010");
        using var waiting = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();
        await AskToSignInAsync(waiting, "+4915130000010");
        var code = await waiting.ReadTextMessageAsync("+4915130000010");
        await visit.OpenAsync("/account/delete");
        await visit.SubmitAsync(("Password", Password));
        await AssertDeadAsync(waiting, code);

        using var heir = await RegisterAsync("gone-heir", "+4915130000010");

        Assert.Equal("/account?done=phone", heir.Path);
    }

    [Fact]
    public async Task A_locked_account_does_not_sign_in_by_text_message_either()
    {
        using var visit = await RegisterAsync("locked-phone", "+4915130000011");
        using (var scope = fixture.App.Services.CreateScope())
        {
            var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
            var account = (await accounts.FindByEmailAsync("locked-phone@example.com"))!;
            await accounts.SetLockoutEnabledAsync(account, true);
            await accounts.SetLockoutEndDateAsync(account, DateTimeOffset.MaxValue);
        }

        using var other = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();
        await AskToSignInAsync(other, "+4915130000011");
        await other.SubmitAsync(("Code", await other.ReadTextMessageAsync("+4915130000011")));

        Assert.Equal("This code is no longer valid. Ask for a new one.", other.ErrorOf("Code"));
        await other.OpenAsync("/account");
        Assert.StartsWith("/signin", other.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_wrong_codes_kill_the_code_and_a_second_message_has_to_wait()
    {
        using var visit = await RegisterAsync("guesser", "+4915130000012");
        using var other = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();
        await AskToSignInAsync(other, "+4915130000012");
        var code = await other.ReadTextMessageAsync("+4915130000012");
        for (var i = 0; i < 5; i++)
        {
            await other.SubmitAsync(("Code", (int.Parse(code, CultureInfo.InvariantCulture) + 1 + i).ToString("D6", CultureInfo.InvariantCulture)[^6..]));
        }

        Assert.Equal("That was not the code, and it is used up now. Ask for a new one.", other.ErrorOf("Code"));

        await AskToSignInAsync(other, "+4915130000012");

        Assert.Equal(HttpStatusCode.TooManyRequests, other.Response.StatusCode);
        Assert.StartsWith("A text message is on its way to this number. Try again in", other.ErrorOf("Number"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not a number", "DE")]
    [InlineData("+33 6 12 34 56 78", "DE")]
    [InlineData("12", "CN")]
    public async Task What_is_no_number_that_messages_go_to_is_told_with_the_countries(string number, string country)
    {
        using var visit = new Visit(fixture.App);

        await AskToSignInAsync(visit, number, country: country);

        Assert.Equal(HttpStatusCode.BadRequest, visit.Response.StatusCode);
        Assert.Equal("Enter one mobile number. Text messages go to numbers of these countries: +1 US, +44 GB, +49 DE, +86 CN.", visit.ErrorOf("Number"));
        Assert.Equal(country, visit.Page.QuerySelector("select[name=Country] option[selected]")!.GetAttribute("value"));
    }

    [Fact]
    public async Task Where_text_messages_are_off_there_are_no_pages_for_them_but_a_number_can_be_removed()
    {
        await using var redis = await RedisServer.StartAsync();
        await using (var on = await RunningApp.StartAsync(redis.ConnectionString, AppFixture.Settings))
        {
            using var visit = new Visit(on);
            await visit.RegisterAsync("off@example.com", "Off", Password);
            await ConfirmAsync(visit, "+4915130000013");
        }

        await using var off = await RunningApp.StartAsync(redis.ConnectionString, [.. AppFixture.Settings, "Sms:Enabled=false"]);
        using var later = new Visit(off);
        await later.OpenAsync("/signin");
        Assert.Null(later.Page.QuerySelector("a[href^='/signin/phone']"));
        await later.OpenAsync("/signin/phone");
        Assert.Equal(HttpStatusCode.NotFound, later.Response.StatusCode);
        await SignInAsync(later, "off@example.com");
        Assert.Null(later.Page.QuerySelector("a[href='/account/phone']"));
        await later.OpenAsync("/account/phone");
        Assert.Equal(HttpStatusCode.NotFound, later.Response.StatusCode);
        await later.OpenAsync("/account/phone/remove");
        await later.SubmitAsync(("Password", Password));
        Assert.Equal("/account?done=phone-removed", later.Path);
        Assert.DoesNotContain("Phone number", later.Page.QuerySelector(".facts")!.TextContent, StringComparison.Ordinal);
    }

    /// <summary>The code is gone: not even a wrong one counts, and the right one is no longer.</summary>
    private static async Task AssertDeadAsync(Visit visit, string code)
    {
        foreach (var typed in new[] { code[..^1] + (code[^1] == '0' ? '1' : '0'), code })
        {
            await visit.SubmitAsync(("Code", typed));
            Assert.Equal("This code is no longer valid. Ask for a new one.", visit.ErrorOf("Code"));
        }
    }

    private static async Task SignInAsync(Visit visit, string email)
    {
        await visit.OpenAsync("/signin");
        await visit.SubmitAsync(("Email", email), ("Password", Password));
        Assert.Equal("/account", visit.Path);
    }

    private static async Task AskAsync(Visit visit, string number, string country = "DE", string password = Password)
    {
        await visit.OpenAsync("/account/phone");
        await visit.SubmitAsync(("Number", number), ("Country", country), ("Password", password));
    }

    private static async Task AskToSignInAsync(Visit visit, string number, string? returnUrl = null, string country = "DE")
    {
        await visit.OpenAsync("/signin/phone" + (returnUrl is null ? "" : "?ReturnUrl=" + returnUrl));
        await visit.SubmitAsync(("Number", number), ("Country", country));
    }

    private static async Task ConfirmAsync(Visit visit, string number)
    {
        await AskAsync(visit, number);
        await visit.SubmitAsync(("Code", await visit.ReadTextMessageAsync(number)));
    }

    private async Task<Visit> RegisterAsync(string name, string? number = null)
    {
        var visit = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();
        await visit.RegisterAsync(name + "@example.com", name, Password);
        if (number is not null)
        {
            await ConfirmAsync(visit, number);
        }

        return visit;
    }

    private static Task AssertToldAsync(Visit visit, string email, string text) => Eventually.TrueAsync(async () =>
        await visit.ReadMailAsync(email) is { } mail && mail.Contains(text, StringComparison.Ordinal));
}
