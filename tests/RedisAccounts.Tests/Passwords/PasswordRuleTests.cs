using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using RedisAccounts.Passwords;

namespace RedisAccounts.Tests.Passwords;

public sealed class PasswordRuleTests(AccountServices redis) : IClassFixture<AccountServices>
{
    [Theory]
    [InlineData("correct horse battery")]
    [InlineData("aaaabbbb")]
    [InlineData("        x")]
    [InlineData("😀😁😂🤣😃😄😅😆")]
    [InlineData("密码不够复杂也可以")]
    [InlineData("no digits no capitals")]
    public async Task Any_characters_make_a_password_and_no_mixture_is_asked_for(string password) =>
        Assert.Null(await RefusalAsync(password));

    [Theory]
    [InlineData("")]
    [InlineData("1234567")]
    [InlineData("😀😁😂🤣")]
    [InlineData("e\u0301e\u0301e\u0301e\u0301")]
    public async Task Fewer_than_eight_characters_are_too_short(string password) =>
        Assert.Equal("PasswordTooShort", await RefusalAsync(password));

    [Fact]
    public async Task A_password_has_at_most_128_characters_however_many_bytes_they_take()
    {
        Assert.Null(await RefusalAsync(string.Concat(Enumerable.Repeat("😀x", 64))));
        Assert.Equal(PasswordErrors.TooLong, await RefusalAsync(string.Concat(Enumerable.Repeat("😀x", 64)) + "x"));
        Assert.Equal(PasswordErrors.TooLong, await RefusalAsync(new string('x', 1_000_000)));
    }

    [Theory]
    [InlineData(9, "PasswordTooShort")]
    [InlineData(10, null)]
    [InlineData(64, null)]
    [InlineData(65, PasswordErrors.TooLong)]
    public async Task A_password_has_as_many_characters_as_are_configured_at_its_shortest_and_at_its_longest(int length, string? refusal) =>
        Assert.Equal(refusal, await RefusalAsync(new string('x', length - 1) + "y", options => (options.MinPasswordLength, options.MaxPasswordLength) = (10, 64)));

    [Theory]
    [InlineData("password")]
    [InlineData("PassWord")]
    [InlineData("ｐａｓｓｗｏｒｄ")]
    [InlineData("12345678")]
    [InlineData("qwertyuiop")]
    [InlineData("iloveyou")]
    [InlineData("1qaz2wsx")]
    [InlineData("woaini1314")]
    public async Task One_of_the_commonest_passwords_is_refused(string password) =>
        Assert.Equal(PasswordErrors.TooCommon, await RefusalAsync(password));

    [Theory]
    [InlineData("ann.longname@example.com")]
    [InlineData("ANN.LONGNAME@EXAMPLE.COM")]
    [InlineData("ann.longname")]
    [InlineData("Annie The First")]
    [InlineData("annie the first ")]
    public async Task The_own_address_or_name_is_no_password(string password) =>
        Assert.Equal(PasswordErrors.IsAddress, await RefusalAsync(password));

    [Theory]
    [InlineData("          ")]
    [InlineData(" ")]
    [InlineData("\u00A0\u2003\u3000 \t\u00A0\u2003\u3000 \t")]
    [InlineData("\u3164\u3164\u3164\u3164\u3164\u3164\u3164\u3164")]
    [InlineData("\u200B\u034F\uFE0F\u115F\u2800\u180B\U000E0100\u00AD ")]
    [InlineData("\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301")]
    public async Task A_password_of_which_nothing_can_be_seen_is_refused_however_long(string password) =>
        Assert.Equal(PasswordErrors.Blank, await RefusalAsync(password));

    [Fact]
    public async Task Half_a_surrogate_pair_is_refused_as_no_text() =>
        Assert.Equal(PasswordErrors.NotText, await RefusalAsync("long enough \ud800"));

    [Fact]
    public void The_block_list_holds_several_hundred_passwords_in_lower_case()
    {
        Assert.InRange(CommonPasswords.Count, 500, 5_000);
        Assert.False(CommonPasswords.Contains(""));
    }

    [Fact]
    public async Task A_password_matches_however_the_keyboard_composes_its_letters()
    {
        await using var scope = redis.Start();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var account = new Account { UserName = "ann", Email = "ann@example.com" };
        Assert.True((await accounts.CreateAsync(account, "caf\u00e9 au lait")).Succeeded);

        Assert.True(await accounts.CheckPasswordAsync(account, "cafe\u0301 au lait"));
        Assert.False(await accounts.CheckPasswordAsync(account, "cafe au lait"));
        Assert.False(await accounts.CheckPasswordAsync(account, "caf\u00e9 au lait\ud800"));
    }

    private async Task<string?> RefusalAsync(string password, Action<AccountOptions>? configure = null)
    {
        await using var scope = redis.Start(configure);
        var result = await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().CreateAsync(
            new Account { UserName = "Annie The First", Email = "ann.longname@example.com" }, password);
        return result.Succeeded ? null : Assert.Single(result.Errors).Code;
    }
}
