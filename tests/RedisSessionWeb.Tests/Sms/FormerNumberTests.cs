using System.Net;

using Microsoft.Extensions.DependencyInjection;

using RedisAccounts;

using RedisSessionWeb.Accounts.Phones;
using RedisSessionWeb.Tests.Host;

using VerificationCodes.Addresses;

namespace RedisSessionWeb.Tests.Sms;

/// <summary>Numbers that an earlier version kept in another form.</summary>
public sealed class FormerNumberTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    private const string Password = "correct horse battery";

    [Theory]
    [InlineData("0049", "+49015132000001", "+4915132000001")]
    [InlineData("twice", "+44447400132002", "+447400132002")]
    public async Task A_number_kept_in_a_former_form_signs_in_and_is_rewritten_once(string name, string former, string number)
    {
        var id = await CreateAsync("former-" + name, former);
        using var visit = new Visit(fixture.App);

        await SignInAsync(visit, number);

        Assert.Equal("/account", visit.Path);
        Assert.Contains(number, visit.Main, StringComparison.Ordinal);
        await using var scope = fixture.App.Services.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<IAccountPhoneStore>();
        Assert.Null(await store.FindByPhoneNumberAsync(former, TestContext.Current.CancellationToken));
        Assert.Equal(id, (await store.FindByPhoneNumberAsync(number, TestContext.Current.CancellationToken))!.Id);
    }

    [Fact]
    public async Task One_telephone_kept_in_two_forms_stays_with_the_present_one_and_both_accounts_are_left_as_they_are()
    {
        var present = await CreateAsync("present", "+4915132000003");
        var former = await CreateAsync("former", "+49015132000003");
        using var visit = new Visit(fixture.App);

        await SignInAsync(visit, "0151 32000003");

        Assert.Contains("present@example.com", visit.Main, StringComparison.Ordinal);
        await using var scope = fixture.App.Services.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<IAccountPhoneStore>();
        Assert.Equal(present, (await store.FindByPhoneNumberAsync("+4915132000003", TestContext.Current.CancellationToken))!.Id);
        Assert.Equal(former, (await store.FindByPhoneNumberAsync("+49015132000003", TestContext.Current.CancellationToken))!.Id);
    }

    [Fact]
    public async Task A_telephone_that_is_kept_in_a_former_form_is_no_second_account_s()
    {
        var owner = await CreateAsync("owner-of-former", "+49015132000004");
        using var visit = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();
        await visit.RegisterAsync("other-of-former@example.com", "Other of former", Password);
        await visit.OpenAsync("/account/phone");
        await visit.SubmitAsync(("Number", "0151 32000004"), ("Country", "DE"), ("Password", Password));
        await visit.SubmitAsync(("Code", await visit.ReadTextMessageAsync("+4915132000004")));

        Assert.Contains("problem=taken", visit.Path + visit.Response.RequestMessage!.RequestUri, StringComparison.Ordinal);
        await using var scope = fixture.App.Services.CreateAsyncScope();
        Assert.Equal(owner, (await scope.ServiceProvider.GetRequiredService<NumberOwner>().FindAsync(Number("+4915132000004")))!.Id);
    }

    [Fact]
    public async Task A_number_that_is_none_by_the_tables_of_today_can_be_removed()
    {
        using var visit = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();
        await visit.RegisterAsync("no-number@example.com", "No number", Password);
        await using (var scope = fixture.App.Services.CreateAsyncScope())
        {
            var store = scope.ServiceProvider.GetRequiredService<IAccountPhoneStore>();
            var account = (await store.FindByNameAsync("no number", TestContext.Current.CancellationToken))!;
            (account.PhoneNumber, account.PhoneNumberConfirmed) = ("+1415555", true);
            Assert.True((await store.UpdateAsync(account, TestContext.Current.CancellationToken)).Succeeded);
        }

        await visit.OpenAsync("/account/phone/remove");
        await visit.SubmitAsync(("Password", Password));

        Assert.Equal("/account?done=phone-removed", visit.Path);
        Assert.DoesNotContain("+1415555", visit.Main, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_landline_is_refused_with_words_before_anything_is_sent()
    {
        using var visit = new Visit(fixture.App);
        await visit.OpenAsync("/signin/phone");

        await visit.SubmitAsync(("Number", "030 12345678"), ("Country", "DE"));

        Assert.Equal(HttpStatusCode.BadRequest, visit.Response.StatusCode);
        Assert.Equal("Text messages do not go to this number.", visit.ErrorOf("Number"));
    }

    private static PhoneNumber Number(string text) => PhoneNumber.TryParse(text, out var number) ? number : throw new FormatException(text);

    private async Task SignInAsync(Visit visit, string number)
    {
        await fixture.ForgetCoolDownsAsync();
        await visit.OpenAsync("/signin/phone");
        await visit.SubmitAsync(("Number", number), ("Country", "DE"));
        await visit.SubmitAsync(("Code", await visit.ReadTextMessageAsync(PhoneNumber.TryParse(number, out var parsed, "DE") ? parsed.Value : number)));
    }

    /// <summary>Makes an account with a confirmed number as an earlier version kept it.</summary>
    private async Task<string> CreateAsync(string name, string number)
    {
        using var visit = new Visit(fixture.App);
        await fixture.ForgetCoolDownsAsync();
        await visit.RegisterAsync(name + "@example.com", name, Password);
        await using var scope = fixture.App.Services.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<IAccountPhoneStore>();
        var account = (await store.FindByNameAsync(name, TestContext.Current.CancellationToken))!;
        (account.PhoneNumber, account.PhoneNumberConfirmed) = (number, true);
        Assert.True((await store.UpdateAsync(account, TestContext.Current.CancellationToken)).Succeeded);
        return account.Id;
    }
}
