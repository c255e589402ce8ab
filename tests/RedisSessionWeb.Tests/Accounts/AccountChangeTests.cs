using System.Net;

using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Accounts;

/// <summary>Every change that matters ends other sessions and tells the owner.</summary>
public sealed class AccountChangeTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    private const string Password = "correct horse battery";
    private const string Other = "another horse battery";

    [Fact]
    public async Task A_reset_sets_the_password_ends_every_session_and_tells_the_owner()
    {
        var email = "forgetful@example.com";
        using var elsewhere = new Visit(fixture.App);
        await elsewhere.RegisterAsync(email, "Forgetful", Password);
        await fixture.ForgetCoolDownsAsync();
        using var visit = new Visit(fixture.App);
        await visit.OpenAsync("/reset");
        await visit.SubmitAsync(("Email", email));
        await visit.SubmitAsync(("Code", await visit.ReadCodeAsync(email)));
        Assert.Equal("/reset/password", visit.Path);

        await visit.SubmitAsync(("Password", Other));

        Assert.Equal("/signin?done=reset", visit.Path);
        await AssertSignedOutAsync(elsewhere);
        await SignInAsync(visit, email, Password);
        Assert.Equal("Address or password is wrong.", visit.ErrorOf("Password"));
        await SignInAsync(visit, email, Other);
        Assert.Equal("/account", visit.Path);
        await AssertToldAsync(visit, email, "A new password was set");
    }

    [Fact]
    public async Task A_reset_for_an_unknown_address_looks_the_same_and_takes_no_code()
    {
        using var visit = new Visit(fixture.App);
        await visit.OpenAsync("/reset");

        await visit.SubmitAsync(("Email", "unknown-reset@example.com"));

        Assert.Equal("/reset/code", visit.Path);
        await visit.SubmitAsync(("Code", "123456"));
        Assert.Equal("That is not the code. 4 tries left.", visit.ErrorOf("Code"));
        await AssertToldAsync(visit, "unknown-reset@example.com", "No account has it");
    }

    [Fact]
    public async Task A_changed_password_ends_the_other_sessions_and_keeps_this_one()
    {
        var email = "changer@example.com";
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync(email, "Changer", Password);
        using var elsewhere = new Visit(fixture.App);
        await SignInAsync(elsewhere, email, Password);
        using var waiting = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();
        await waiting.OpenAsync("/signin/code");
        await waiting.SubmitAsync(("Email", email));
        var code = await waiting.ReadCodeAsync(email);
        await visit.OpenAsync("/account/password");

        await visit.SubmitAsync(("OldPassword", "wrong"), ("NewPassword", Other));
        Assert.Equal("This is not your present password.", visit.ErrorOf("OldPassword"));
        await visit.SubmitAsync(("OldPassword", Password), ("NewPassword", Other));

        Assert.Equal("/account?done=password", visit.Path);
        await AssertSignedOutAsync(elsewhere);
        await waiting.SubmitAsync(("Code", code));
        Assert.Equal("This code is no longer valid. Ask for a new one.", waiting.ErrorOf("Code"));
        await visit.OpenAsync("/account");
        Assert.Equal("/account", visit.Path);
        await AssertToldAsync(visit, email, "The password of your account was changed");
    }

    [Fact]
    public async Task A_changed_address_needs_password_and_code_and_tells_the_old_one()
    {
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync("old@example.com", "Mover", Password);
        using var elsewhere = new Visit(fixture.App);
        await SignInAsync(elsewhere, "old@example.com", Password);
        await visit.OpenAsync("/account/email");
        await visit.SubmitAsync(("Email", "new@example.com"), ("Password", "wrong"));
        Assert.Equal("This is not your present password.", visit.ErrorOf("Password"));
        await visit.SubmitAsync(("Email", "new@example.com"), ("Password", Password));
        Assert.Equal("/account/email/code", visit.Path);

        await visit.SubmitAsync(("Code", await visit.ReadCodeAsync("new@example.com")));

        Assert.Equal("/account?done=email", visit.Path);
        Assert.Contains("new@example.com", visit.Main, StringComparison.Ordinal);
        await AssertSignedOutAsync(elsewhere);
        await AssertToldAsync(visit, "old@example.com", "n***@example.com");
        await SignInAsync(elsewhere, "old@example.com", Password);
        Assert.Equal("Address or password is wrong.", elsewhere.ErrorOf("Password"));
        await SignInAsync(elsewhere, "new@example.com", Password);
        Assert.Equal("/account", elsewhere.Path);
    }

    [Fact]
    public async Task A_name_that_is_the_address_itself_changes_with_the_address()
    {
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync("same@example.com", "same@example.com", Password);
        await fixture.ForgetCoolDownsAsync();
        await visit.OpenAsync("/account/email");
        await visit.SubmitAsync(("Email", "same-new@example.com"), ("Password", Password));

        await visit.SubmitAsync(("Code", await visit.ReadCodeAsync("same-new@example.com")));

        Assert.Equal("/account?done=email", visit.Path);
        Assert.Contains("same-new@example.com", visit.Main, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_somebody_else_cannot_be_taken_over_nor_found_out()
    {
        using var victim = new Visit(fixture.App);
        await victim.RegisterAsync("victim@example.com", "Victim", Password);
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync("greedy@example.com", "Greedy", Password);
        await fixture.ForgetCoolDownsAsync();
        await visit.OpenAsync("/account/email");

        await visit.SubmitAsync(("Email", "victim@example.com"), ("Password", Password));

        Assert.Equal("/account/email/code", visit.Path);
        await visit.SubmitAsync(("Code", "123456"));
        Assert.Equal("That is not the code. 4 tries left.", visit.ErrorOf("Code"));
        await Eventually.TrueAsync(async () => await visit.ReadMailAsync("victim@example.com") is { } mail
            && mail.Contains("tried to move another RedisSessionWeb account to this address", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_to_the_own_address_in_whatever_spelling_is_told_and_sends_nothing()
    {
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync("own-address@example.com", "Own", Password);
        foreach (var typed in (string[])["own-address@example.com", " OWN-ADDRESS@example.com\u200B"])
        {
            await fixture.ForgetCoolDownsAsync();
            await visit.OpenAsync("/account/email");
            await visit.SubmitAsync(("Email", typed), ("Password", Password));

            Assert.Equal(HttpStatusCode.BadRequest, visit.Response.StatusCode);
            Assert.Equal("This is already the address of your account.", visit.ErrorOf("Email"));
        }
    }

    [Theory]
    [InlineData("/register", "Email")]
    [InlineData("/signin", "Email", "Password")]
    [InlineData("/signin/code", "Email")]
    [InlineData("/reset", "Email")]
    [InlineData("/signin/phone", "Number")]
    public async Task A_nul_in_a_form_gives_the_page_with_words_and_no_error(string path, params string[] fields)
    {
        using var visit = new Visit(fixture.App);
        await visit.OpenAsync(path);

        await visit.SubmitAsync([.. fields.Select(field => (field, "a\0b@example.com"))]);

        Assert.Equal(path, visit.Path);
        Assert.InRange((int)visit.Response.StatusCode, 200, 429);
        Assert.NotEmpty(visit.Page.QuerySelectorAll("form"));
        Assert.NotEmpty(visit.Page.QuerySelectorAll(".error, .notice.bad"));
    }

    [Fact]
    public async Task A_nul_in_a_name_a_code_or_a_password_gives_the_page_with_words_as_well()
    {
        using var visit = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();
        await visit.OpenAsync("/register");
        await visit.SubmitAsync(("Email", "nul@example.com"));
        await visit.SubmitAsync(("Code", "123\0456"));
        Assert.Equal("Enter the 6 digits of the code.", visit.ErrorOf("Code"));
        await visit.SubmitAsync(("Code", await visit.ReadCodeAsync("nul@example.com")));

        await visit.SubmitAsync(("Name", "N\0ul"), ("Password", "short\0"));
        Assert.Equal("Enter a name of 1 to 64 visible characters of one script, without an @.", visit.ErrorOf("Name"));
        await visit.SubmitAsync(("Name", "Nul"), ("Password", "correct\0horse\0battery"));
        Assert.InRange((int)visit.Response.StatusCode, 200, 499);
    }

    [Fact]
    public async Task A_deleted_account_is_gone_with_its_sessions_and_its_address_is_free()
    {
        var email = "leaver@example.com";
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync(email, "Leaver", Password);
        using var elsewhere = new Visit(fixture.App);
        await SignInAsync(elsewhere, email, Password);
        await visit.OpenAsync("/account/delete");
        await visit.SubmitAsync(("Password", "wrong"));
        Assert.Equal("This is not your present password.", visit.ErrorOf("Password"));

        await visit.SubmitAsync(("Password", Password));

        Assert.Equal("/signin?done=deleted", visit.Path);
        await AssertSignedOutAsync(elsewhere);
        await SignInAsync(visit, email, Password);
        Assert.Equal("Address or password is wrong.", visit.ErrorOf("Password"));
        await AssertToldAsync(visit, email, "Your account and its data were deleted");
        await fixture.ForgetCoolDownsAsync();
        await visit.RegisterAsync(email, "Leaver", Password);
    }

    private static async Task SignInAsync(Visit visit, string email, string password)
    {
        await visit.OpenAsync("/signin");
        await visit.SubmitAsync(("Email", email), ("Password", password));
    }

    private static async Task AssertSignedOutAsync(Visit visit)
    {
        await visit.OpenAsync("/account");
        Assert.StartsWith("/signin", visit.Path, StringComparison.Ordinal);
    }

    private static Task AssertToldAsync(Visit visit, string email, string text) => Eventually.TrueAsync(async () =>
        await visit.ReadMailAsync(email) is { } mail && mail.Contains(text, StringComparison.Ordinal));
}
