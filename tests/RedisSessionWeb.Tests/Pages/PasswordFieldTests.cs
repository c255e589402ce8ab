using RedisSessionWeb.Tests.Host;

namespace RedisSessionWeb.Tests.Pages;

/// <summary>Where passwords are typed (OWASP ASVS 5.0.0, 6.2.6 and 6.2.7).</summary>
public sealed class PasswordFieldTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    private const string Email = "types@example.com";
    private const string Password = "correct horse battery";

    [Fact]
    public async Task Every_password_field_is_masked_and_lets_password_managers_in()
    {
        using var visit = new Visit(fixture.App);
        await visit.OpenAsync("/signin");
        AssertFields(visit, "current-password");
        await visit.OpenAsync("/register");
        await visit.SubmitAsync(("Email", Email));
        await visit.SubmitAsync(("Code", await visit.ReadCodeAsync(Email)));
        AssertFields(visit, "new-password");
        await visit.SubmitAsync(("Name", "Types"), ("Password", Password));

        await visit.OpenAsync("/account/password");
        AssertFields(visit, "current-password", "new-password");
        await visit.OpenAsync("/account/email");
        AssertFields(visit, "current-password");
        await visit.OpenAsync("/account/delete");
        AssertFields(visit, "current-password");

        await fixture.ForgetCoolDownsAsync();
        await visit.OpenAsync("/reset");
        await visit.SubmitAsync(("Email", Email));
        await visit.SubmitAsync(("Code", await visit.ReadCodeAsync(Email)));
        AssertFields(visit, "new-password");
    }

    private static void AssertFields(Visit visit, params string[] kinds)
    {
        var fields = visit.Page.QuerySelectorAll("input[name*='Password']");

        // What is asked of a new password is said before one is typed, to screen readers too.
        Assert.All(fields.Where(field => field.GetAttribute("autocomplete") == "new-password"), field =>
        {
            var hint = visit.Page.GetElementById(field.GetAttribute("aria-describedby")!)!.TextContent;
            Assert.StartsWith("At least 8 characters, better 15 or more", hint, StringComparison.Ordinal);
        });
        Assert.Equal(kinds, fields.Select(field => field.GetAttribute("autocomplete")));
        Assert.All(fields, field => Assert.Equal("password", field.GetAttribute("type")));
        // What could keep a pasted or generated password out, or cut it off.
        Assert.All(fields, field => Assert.DoesNotContain(
            field.Attributes, a => a.Name is "maxlength" or "readonly" or "pattern" || a.Name.StartsWith("on", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_password_manager_finds_the_page_that_changes_the_password()
    {
        using var client = fixture.App.CreateClient();

        var response = await client.GetAsync("/.well-known/change-password");

        Assert.Equal("/account/password", response.Headers.Location?.ToString());
    }
}
