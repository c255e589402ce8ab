using System.Net;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using RedisAccounts;

using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Accounts;

public sealed class SignInTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task A_wrong_password_and_an_unknown_address_get_the_same_words()
    {
        using var owner = new Visit(fixture.App);
        await owner.RegisterAsync("someone@example.com", "Someone", Password);
        using var visit = new Visit(fixture.App);

        await SignInAsync(visit, "someone@example.com", "wrong password");
        var known = (visit.Response.StatusCode, visit.ErrorOf("Password"));
        await SignInAsync(visit, "nobody@example.com", "wrong password");

        Assert.Equal((HttpStatusCode.BadRequest, "Address or password is wrong."), known);
        Assert.Equal(known, (visit.Response.StatusCode, visit.ErrorOf("Password")));
    }

    [Fact]
    public async Task Guessing_is_slowed_down_and_the_page_tells_for_how_long()
    {
        using var visit = new Visit(fixture.App);
        for (var i = 0; i < 5; i++)
        {
            await SignInAsync(visit, "guessed@example.com", "guess " + i);
        }

        await SignInAsync(visit, "guessed@example.com", "guess 6");
        await SignInAsync(visit, "guessed@example.com", "guess 7");

        Assert.Equal(HttpStatusCode.TooManyRequests, visit.Response.StatusCode);
        Assert.NotNull(visit.Response.Headers.RetryAfter);
        Assert.StartsWith("Too many tries. Try again in", visit.ErrorOf("Password"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_needs_an_account_is_shown_after_sign_in()
    {
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync("returns@example.com", "Returns", Password);
        await visit.SubmitAsync("header form");
        await visit.OpenAsync("/account/password");
        Assert.StartsWith("/signin?", visit.Path, StringComparison.Ordinal);

        await visit.SubmitAsync(("Email", "returns@example.com"), ("Password", Password));

        Assert.Equal("/account/password", visit.Path);
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example/")]
    public async Task A_return_address_on_another_site_is_not_followed(string returnUrl)
    {
        using var owner = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();
        var email = $"local{Math.Abs(returnUrl.GetHashCode(StringComparison.Ordinal))}@example.com";
        await owner.RegisterAsync(email, email.Split('@')[0], Password);
        using var visit = new Visit(fixture.App);
        await visit.OpenAsync("/signin?ReturnUrl=" + Uri.EscapeDataString(returnUrl));

        await visit.SubmitAsync(("Email", email), ("Password", Password));

        Assert.Equal("/account", visit.Path);
        Assert.Equal(fixture.App.Address.Authority, visit.Response.RequestMessage!.RequestUri!.Authority);
    }

    [Fact]
    public async Task Signing_in_gives_the_session_a_new_id_and_the_old_cookie_opens_nothing()
    {
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync("fixation@example.com", "Fixation", Password);
        await visit.SubmitAsync("header form");
        await visit.OpenAsync("/signin/code");
        await fixture.ForgetCoolDownsAsync();
        await visit.SubmitAsync(("Email", "fixation@example.com"));
        var before = visit.Cookies.GetCookies(fixture.App.Address)["ssw"]!.Value;

        await SignInAsync(visit, "fixation@example.com", Password);

        var after = visit.Cookies.GetCookies(fixture.App.Address)["ssw"]!.Value;
        Assert.NotEqual(before, after);
        using var thief = new Visit(fixture.App);
        thief.Cookies.Add(fixture.App.Address, new Cookie("ssw", before));
        await thief.OpenAsync("/account");
        Assert.StartsWith("/signin", thief.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_to_the_address_signs_in_without_a_password()
    {
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync("bycode@example.com", "By code", Password);
        await visit.SubmitAsync("header form");
        await fixture.ForgetCoolDownsAsync();
        await visit.OpenAsync("/signin/code?ReturnUrl=/account/email");
        await visit.SubmitAsync(("Email", "bycode@example.com"));
        Assert.StartsWith("/signin/code/confirm", visit.Path, StringComparison.Ordinal);

        await visit.SubmitAsync(("Code", await visit.ReadCodeAsync("bycode@example.com")));

        Assert.Equal("/account/email", visit.Path);
    }

    [Fact]
    public async Task An_unknown_address_that_asks_for_a_code_learns_by_mail_that_it_has_no_account()
    {
        using var visit = new Visit(fixture.App);
        await visit.OpenAsync("/signin/code");

        await visit.SubmitAsync(("Email", "unknown@example.com"));

        Assert.StartsWith("/signin/code/confirm", visit.Path, StringComparison.Ordinal);
        await Eventually.TrueAsync(async () =>
            await visit.ReadMailAsync("unknown@example.com") is { } mail && mail.Contains("No account has it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_session_whose_account_has_changed_behind_it_is_over_at_its_next_check()
    {
        await using var app = await RunningApp.StartAsync(fixture.Redis.ConnectionString, [.. AppFixture.Settings, "Sessions:ValidateEvery=00:00:00"]);
        using var visit = new Visit(app);
        await visit.RegisterAsync("stamped@example.com", "Stamped", Password);
        await visit.OpenAsync("/account");
        Assert.Equal("/account", visit.Path);
        using (var scope = app.Services.CreateScope())
        {
            var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
            await accounts.UpdateSecurityStampAsync((await accounts.FindByEmailAsync("stamped@example.com"))!);
        }

        await visit.OpenAsync("/account");

        Assert.StartsWith("/signin", visit.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_locked_account_cannot_sign_in_and_its_sessions_end_at_their_next_check()
    {
        const string email = "locked@example.com";
        await using var app = await RunningApp.StartAsync(fixture.Redis.ConnectionString, [.. AppFixture.Settings, "Sessions:ValidateEvery=00:00:00"]);
        using var visit = new Visit(app);
        await visit.RegisterAsync(email, "Locked", Password);
        await LockAsync(app, email);

        await visit.OpenAsync("/account");
        Assert.StartsWith("/signin", visit.Path, StringComparison.Ordinal);

        await SignInAsync(visit, email, Password);
        Assert.Equal((HttpStatusCode.BadRequest, "Address or password is wrong."), (visit.Response.StatusCode, visit.ErrorOf("Password")));
    }

    [Fact]
    public async Task A_browser_stays_known_to_an_account_when_others_sign_in_to_it_too()
    {
        await using var app = await RunningApp.StartAsync(
            fixture.Redis.ConnectionString,
            [.. AppFixture.Settings, "Accounts:SignIn:FirstDelay=00:10:00", "Accounts:SignIn:MaxSharedDelay=00:10:00"]);
        using var shared = new Visit(app);
        var emails = Enumerable.Range(0, 5).Select(i => $"shared{i}@example.com").ToArray();
        foreach (var email in emails)
        {
            await shared.RegisterAsync(email, email.Split('@')[0], Password);
            await shared.SubmitAsync("header form");
        }

        // A stranger's guesses use up what unknown browsers may try.
        using var stranger = new Visit(app);
        for (var i = 0; i < 6; i++)
        {
            await SignInAsync(stranger, emails[0], "guess " + i);
        }

        await SignInAsync(stranger, emails[0], Password);
        Assert.Equal(HttpStatusCode.TooManyRequests, stranger.Response.StatusCode);

        await SignInAsync(shared, emails[0], Password);
        Assert.Equal("/account", shared.Path);
    }

    [Fact]
    public async Task Blanks_in_a_password_count_exactly_at_its_ends_as_well()
    {
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync("blanks@example.com", "Blanks", "  four   words  ");
        await visit.SubmitAsync("header form");

        await SignInAsync(visit, "blanks@example.com", "  four   words ");
        Assert.Equal("Address or password is wrong.", visit.ErrorOf("Password"));

        await SignInAsync(visit, "blanks@example.com", "  four   words  ");
        Assert.Equal("/account", visit.Path);
    }

    [Fact]
    public async Task A_locked_account_cannot_sign_in_with_a_right_code_either()
    {
        const string email = "locked.code@example.com";
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync(email, "Locked too", Password);
        await visit.SubmitAsync("header form");
        await LockAsync(fixture.App, email);
        await fixture.ForgetCoolDownsAsync();
        await visit.OpenAsync("/signin/code");
        await visit.SubmitAsync(("Email", email));

        await visit.SubmitAsync(("Code", await visit.ReadCodeAsync(email)));

        Assert.StartsWith("/signin/code", visit.Path, StringComparison.Ordinal);
        await visit.OpenAsync("/account");
        Assert.StartsWith("/signin", visit.Path, StringComparison.Ordinal);
    }

    /// <summary>As an administrator does.</summary>
    private static async Task LockAsync(RunningApp app, string email)
    {
        using var scope = app.Services.CreateScope();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var account = (await accounts.FindByEmailAsync(email))!;
        await accounts.SetLockoutEnabledAsync(account, true);
        await accounts.SetLockoutEndDateAsync(account, DateTimeOffset.MaxValue);
    }

    private static async Task SignInAsync(Visit visit, string email, string password)
    {
        await visit.OpenAsync("/signin");
        await visit.SubmitAsync(("Email", email), ("Password", password));
    }
}
