using System.Net;

using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Accounts;

public sealed class RegisterTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task A_known_address_gets_the_same_answers_as_an_unknown_one_and_its_owner_a_mail()
    {
        using var owner = new Visit(fixture.App);
        await owner.RegisterAsync("taken@example.com", "Taken", Password);
        using var stranger = new Visit(fixture.App);
        using var newcomer = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();

        await Task.WhenAll(AskAsync(stranger, "taken@example.com"), AskAsync(newcomer, "fresh@example.com"));

        Assert.Equal("/register/code", stranger.Path);
        Assert.Equal(newcomer.Path, stranger.Path);
        Assert.Equal(newcomer.Response.StatusCode, stranger.Response.StatusCode);
        Assert.Equal(Comparable(newcomer, "fresh@example.com"), Comparable(stranger, "taken@example.com"));
        await Task.WhenAll(stranger.SubmitAsync(("Code", "000000")), newcomer.SubmitAsync(("Code", "000000")));
        Assert.Equal(newcomer.ErrorOf("Code"), stranger.ErrorOf("Code"));
        await Eventually.TrueAsync(async () =>
            (await owner.ReadMailAsync("taken@example.com"))!.Contains("tried to create", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_right_code_there_is_no_page_for_name_and_password()
    {
        using var visit = new Visit(fixture.App);
        await visit.OpenAsync("/register/finish");
        Assert.Equal("/register", visit.Path);
        await AskAsync(visit, "skipper@example.com");

        await visit.OpenAsync("/register/finish");

        Assert.Equal("/register/code", visit.Path);
        Assert.Equal("0", (await fixture.Redis.CliAsync("EVAL", "return #redis.call('KEYS', 'ACCOUNT:*skipper*')", "0")).Trim());
    }

    [Fact]
    public async Task A_code_works_only_in_the_browser_that_asked_for_it()
    {
        using var visit = new Visit(fixture.App);
        await AskAsync(visit, "bound@example.com");
        var code = await visit.ReadCodeAsync("bound@example.com");
        await fixture.ForgetCoolDownsAsync();
        using var other = new Visit(fixture.App);
        await AskAsync(other, "bound@example.com");

        await other.SubmitAsync(("Code", code));
        await visit.SubmitAsync(("Code", code));

        Assert.NotEqual("", other.ErrorOf("Code"));
        Assert.Equal("/register/finish", visit.Path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("a@example.com, b@example.com")]
    [InlineData("a@example.com\r\nBcc: b@example.com")]
    public async Task What_is_not_one_address_is_refused_beside_its_input(string email)
    {
        using var visit = new Visit(fixture.App);

        await AskAsync(visit, email);

        Assert.Equal(HttpStatusCode.BadRequest, visit.Response.StatusCode);
        Assert.StartsWith("Enter one e-mail address", visit.ErrorOf("Email"), StringComparison.Ordinal);
        var input = visit.Page.GetElementById("Email")!;
        Assert.Equal("true", input.GetAttribute("aria-invalid"));
        Assert.Equal("Email-error", input.GetAttribute("aria-describedby"));
        Assert.StartsWith("Error: ", visit.Page.Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asking_again_too_soon_tells_the_seconds_on_the_page_and_in_the_header()
    {
        using var visit = new Visit(fixture.App);
        await AskAsync(visit, "hasty@example.com");

        await visit.SubmitAsync("main form[action*=Again]");

        Assert.Equal(HttpStatusCode.TooManyRequests, visit.Response.StatusCode);
        var seconds = (int)visit.Response.Headers.RetryAfter!.Delta!.Value.TotalSeconds;
        Assert.InRange(seconds, 1, 60);
        Assert.Contains($"Try again in {seconds} seconds.", visit.ErrorOf("Code"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_limits_of_a_password_are_told_as_they_are_configured()
    {
        await using var app = await RunningApp.StartAsync(
            fixture.Redis.ConnectionString, [.. AppFixture.Settings, "Accounts:MinPasswordLength=12", "Accounts:MaxPasswordLength=70"]);
        using var visit = new Visit(app);
        await visit.OpenAsync("/register");
        await visit.SubmitAsync(("Email", "limits@example.com"));
        await visit.SubmitAsync(("Code", await visit.ReadCodeAsync("limits@example.com")));
        Assert.Contains("At least 12 characters", visit.Main, StringComparison.Ordinal);

        await visit.SubmitAsync(("Name", "Limits"), ("Password", "elevenchars"));
        Assert.Equal("Use at least 12 characters.", visit.ErrorOf("Password"));
        await visit.SubmitAsync(("Name", "Limits"), ("Password", new string('x', 71)));
        Assert.Equal("Use at most 70 characters.", visit.ErrorOf("Password"));
    }

    [Theory]
    [InlineData("short", "Use at least 8 characters.")]
    [InlineData("password1", "This is one of the most used passwords. Choose another one.")]
    [InlineData("rules@example.com", "Your address or name cannot be your password. Choose another one.")]
    public async Task A_password_that_is_too_weak_is_explained_and_the_name_is_kept(string password, string explanation)
    {
        using var visit = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();
        await AskAsync(visit, "rules@example.com");
        await visit.SubmitAsync(("Code", await visit.ReadCodeAsync("rules@example.com")));

        await visit.SubmitAsync(("Name", "Rules"), ("Password", password));

        Assert.Equal(explanation, visit.ErrorOf("Password"));
        Assert.Equal("Rules", visit.Page.GetElementById("Name")!.GetAttribute("value"));
        Assert.Null(visit.Page.GetElementById("Password")!.GetAttribute("value"));
    }

    [Fact]
    public async Task A_name_that_somebody_has_is_refused_beside_its_input()
    {
        using var first = new Visit(fixture.App);
        await first.RegisterAsync("first@example.com", "Same name", Password);
        using var second = new Visit(fixture.App);
        await AskAsync(second, "second@example.com");
        await second.SubmitAsync(("Code", await second.ReadCodeAsync("second@example.com")));

        await second.SubmitAsync(("Name", "SAME NAME"), ("Password", Password));

        Assert.Equal("This name is taken. Choose another one.", second.ErrorOf("Name"));
    }

    private static async Task AskAsync(Visit visit, string email)
    {
        await visit.OpenAsync("/register");
        await visit.SubmitAsync(("Email", email));
    }

    /// <summary>The page without what must differ: the address, the reference and the token against forgery.</summary>
    private static string Comparable(Visit visit, string email)
    {
        var reference = visit.Main.Split("reference ")[1][..4];
        return visit.Main.Replace(email, "…", StringComparison.Ordinal).Replace(reference, "…", StringComparison.Ordinal);
    }
}
