using System.Net;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using RedisAccounts;

using RedisSessionWeb.Tests.Host;

namespace RedisSessionWeb.Tests.Accounts;

/// <summary>A proof is for an account as it was: it dies with any change of password, address or security stamp, and when it is used.</summary>
public sealed class OutdatedProofTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    private const string Password = "correct horse battery";
    private const string Changed = "changed horse battery";
    private const string Late = "late horse battery";
    private const string Words = "Your account has changed since the code was asked for. Start again.";

    [Fact]
    public async Task A_proven_reset_is_refused_after_the_owner_has_reset_the_password()
    {
        const string Email = "late-reset@example.com";
        using var owner = await RegisterAsync(Email);
        using var late = await ProveResetAsync(Email);
        using var early = await ProveResetAsync(Email);
        await early.SubmitAsync(("Password", Changed));
        Assert.Equal("/signin?done=reset", early.Path);

        await late.SubmitAsync(("Password", Late));

        await AssertRefusedAsync(late, Email, Changed);
    }

    [Fact]
    public async Task A_proven_reset_is_refused_after_the_owner_has_changed_the_password()
    {
        const string Email = "late-change@example.com";
        using var owner = await RegisterAsync(Email);
        using var late = await ProveResetAsync(Email);
        await owner.OpenAsync("/account/password");
        await owner.SubmitAsync(("OldPassword", Password), ("NewPassword", Changed));
        Assert.Equal("/account?done=password", owner.Path);

        await late.SubmitAsync(("Password", Late));

        await AssertRefusedAsync(late, Email, Changed);
    }

    [Fact]
    public async Task A_proven_reset_is_refused_after_the_owner_has_changed_the_address()
    {
        using var owner = await RegisterAsync("late-old@example.com");
        using var late = await ProveResetAsync("late-old@example.com");
        await owner.OpenAsync("/account/email");
        await owner.SubmitAsync(("Email", "late-new@example.com"), ("Password", Password));
        await owner.SubmitAsync(("Code", await owner.ReadCodeAsync("late-new@example.com")));
        Assert.Equal("/account?done=email", owner.Path);

        await late.SubmitAsync(("Password", Late));

        await AssertRefusedAsync(late, "late-new@example.com", Password);
    }

    [Fact]
    public async Task A_proven_reset_is_refused_after_any_change_of_the_security_stamp()
    {
        const string Email = "late-stamp@example.com";
        using var owner = await RegisterAsync(Email);
        using var late = await ProveResetAsync(Email);
        await WithAccountAsync(Email, (accounts, account) => accounts.UpdateSecurityStampAsync(account));

        await late.SubmitAsync(("Password", Late));

        await AssertRefusedAsync(late, Email, Password);
    }

    [Fact]
    public async Task Of_two_browsers_with_proofs_that_set_a_password_at_once_exactly_one_does()
    {
        const string Email = "two-proofs@example.com";
        using var owner = await RegisterAsync(Email);
        using var one = await ProveResetAsync(Email);
        using var other = await ProveResetAsync(Email);

        await Task.WhenAll(one.SubmitAsync(("Password", Changed)), other.SubmitAsync(("Password", Late)));

        var winner = Assert.Single(new[] { one, other }, visit => visit.Path == "/signin?done=reset");
        await SignInAsync(winner, Email, winner == one ? Changed : Late);
        Assert.Equal("/account", winner.Path);
        var loser = winner == one ? other : one;
        if (loser.Main.Contains("changed in another window", StringComparison.Ordinal)) // the two met in the last step
        {
            await loser.SubmitAsync(("Password", Late));
        }

        Assert.Contains(Words, loser.Main, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proof_that_was_used_sets_no_second_password()
    {
        const string Email = "used-proof@example.com";
        using var owner = await RegisterAsync(Email);
        using var visit = await ProveResetAsync(Email);
        await visit.SubmitAsync(("Password", Changed));

        await visit.OpenAsync("/reset/password");

        Assert.Equal("/reset", visit.Path);
        await SignInAsync(visit, Email, Changed);
        Assert.Equal("/account", visit.Path);
    }

    [Theory]
    [InlineData("/account/email", "Email")]
    [InlineData("/account/phone", "Number")]
    public async Task A_change_that_awaits_its_code_is_refused_after_the_password_has_changed(string page, string field)
    {
        var email = $"awaits-{field}@example.com".ToLowerInvariant();
        using var visit = await RegisterAsync(email);
        var (asked, code) = await AskForChangeAsync(visit, page, field, "password");
        await visit.OpenAsync("/account/password");
        await visit.SubmitAsync(("OldPassword", Password), ("NewPassword", Changed));
        await visit.OpenAsync(page + "/code");

        await visit.SubmitAsync(("Code", code));

        await AssertNotChangedAsync(visit, email, asked);
    }

    [Theory]
    [InlineData("/account/email", "Email")]
    [InlineData("/account/phone", "Number")]
    public async Task A_change_that_awaits_its_code_is_refused_after_any_change_of_the_security_stamp(string page, string field)
    {
        var email = $"stamped-{field}@example.com".ToLowerInvariant();
        using var visit = await RegisterAsync(email);
        var (asked, code) = await AskForChangeAsync(visit, page, field, "stamp");
        await WithAccountAsync(email, (accounts, account) => accounts.UpdateSecurityStampAsync(account));

        await visit.SubmitAsync(("Code", code));

        await AssertNotChangedAsync(visit, email, asked);
    }

    private async Task<(string Asked, string Code)> AskForChangeAsync(Visit visit, string page, string field, string test)
    {
        var isEmail = field == "Email";
        var asked = isEmail ? $"asked-{test}@example.com" : test == "stamp" ? "+4915131000001" : "+4915131000002";
        await fixture.ForgetCoolDownsAsync();
        await visit.OpenAsync(page);
        await visit.SubmitAsync((field, asked), ("Password", Password));
        Assert.Equal(page + "/code", visit.Path);
        return (asked, isEmail ? await visit.ReadCodeAsync(asked) : await visit.ReadTextMessageAsync(asked));
    }

    private async Task<Visit> RegisterAsync(string email)
    {
        var visit = new Visit(fixture.App);
        await visit.RegisterAsync(email, email.Split('@')[0], Password);
        return visit;
    }

    /// <summary>A browser that has typed the right code and was not given the new password yet.</summary>
    private async Task<Visit> ProveResetAsync(string email)
    {
        var visit = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();
        await visit.OpenAsync("/reset");
        await visit.SubmitAsync(("Email", email));
        await visit.SubmitAsync(("Code", await visit.ReadCodeAsync(email)));
        Assert.Equal("/reset/password", visit.Path);
        return visit;
    }

    private async Task AssertRefusedAsync(Visit late, string email, string password)
    {
        Assert.Equal(HttpStatusCode.BadRequest, late.Response.StatusCode);
        Assert.Contains(Words, late.Main, StringComparison.Ordinal);
        Assert.NotNull(late.Page.QuerySelector("main a[href='/reset']"));
        await late.OpenAsync("/reset/password");
        Assert.Equal("/reset", late.Path);
        using var visit = new Visit(fixture.App);
        await SignInAsync(visit, email, Late);
        Assert.Equal("Address or password is wrong.", visit.ErrorOf("Password"));
        await SignInAsync(visit, email, password);
        Assert.Equal("/account", visit.Path);
    }

    private async Task AssertNotChangedAsync(Visit visit, string email, string asked)
    {
        Assert.Equal(HttpStatusCode.Conflict, visit.Response.StatusCode);
        Assert.Contains(Words, visit.Main, StringComparison.Ordinal);
        await WithAccountAsync(email, (_, account) =>
        {
            Assert.Equal(email, account.Email);
            Assert.NotEqual(asked, account.PhoneNumber);
            return Task.CompletedTask;
        });
    }

    private static async Task SignInAsync(Visit visit, string email, string password)
    {
        await visit.OpenAsync("/signin");
        await visit.SubmitAsync(("Email", email), ("Password", password));
    }

    private async Task WithAccountAsync(string email, Func<UserManager<Account>, Account, Task> act)
    {
        await using var scope = fixture.App.Services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        await act(accounts, (await accounts.FindByEmailAsync(email))!);
    }
}
