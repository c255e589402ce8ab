using System.Text;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace RedisAccounts.Tests.Stores;

/// <summary>
/// What holds over any store: an account is its mailbox's and no other's, by whatever rule the account was made.
/// </summary>
public abstract class AccountMailboxContract : UserStoreContract
{
    // The present form of an address, and the form by which a former rule kept it: another mailbox' present form.
    public static TheoryData<string, string> FormerForms => new()
    {
        { "νικος@example.com", "νικοσ@example.com" },
        { "a\u0345b@example.com", "aιb@example.com" },
        { "\u1C80ася@example.com", "вася@example.com" },
        { "\u1C82\u1C83@example.com", "ос@example.com" },
    };

    /// <summary>The services of the application over the same data.</summary>
    protected abstract IServiceProvider Services();

    protected override IUserStore<Account> Open() => Services().GetRequiredService<IUserStore<Account>>();

    [Fact]
    public async Task Mailboxes_that_get_different_mail_have_an_account_each_whatever_letters_they_differ_in()
    {
        var accounts = Accounts();
        var alike = LettersThatFoldTogether(accounts);
        Assert.Contains(alike, letters => letters.Contains("ς") && letters.Contains("σ"));
        foreach (var letter in alike.SelectMany(letters => letters))
        {
            var address = Name($"{letter}x@example.com");
            var made = await accounts.CreateAsync(new Account { UserName = Name($"{char.ConvertToUtf32(letter, 0):x}-"), Email = address });
            Assert.True(made.Succeeded, $"U+{char.ConvertToUtf32(letter, 0):X4}: {made}");
        }

        foreach (var letter in alike.SelectMany(letters => letters))
        {
            var address = Name($"{letter}x@example.com");
            var found = await accounts.FindByEmailAsync(address);
            Assert.Equal(Name($"{char.ConvertToUtf32(letter, 0):x}-"), found?.UserName);
            Assert.Equal(address, found?.Email);
        }
    }

    [Theory]
    [MemberData(nameof(FormerForms))]
    public async Task An_account_that_is_kept_under_a_former_form_is_found_and_gets_its_present_form(string address, string former)
    {
        var account = await PlantAsync(address, former);

        var found = await Accounts().FindByEmailAsync(Name(address));

        Assert.Equal(account.Id, found?.Id);
        Assert.Equal(Name(address), found?.NormalizedEmail);
        AssertSame(found!, await Emails(Open()).FindByEmailAsync(Name(address), default));
        Assert.Null(await Emails(Open()).FindByEmailAsync(Name(former), default));
        Assert.Equal(account.SecurityStamp, found?.SecurityStamp);
    }

    [Theory]
    [MemberData(nameof(FormerForms))]
    public async Task An_account_that_is_kept_under_a_former_form_is_not_the_one_of_the_mailbox_with_that_form(string address, string former)
    {
        var account = await PlantAsync(address, former);

        Assert.Null(await Accounts().FindByEmailAsync(Name(former)));

        var other = new Account { UserName = Name("other"), Email = Name(former) };
        Assert.True((await Accounts().CreateAsync(other)).Succeeded);
        Assert.Equal(other.Id, (await Accounts().FindByEmailAsync(Name(former)))?.Id);
        Assert.Equal(account.Id, (await Accounts().FindByEmailAsync(Name(address)))?.Id);
    }

    [Theory]
    [MemberData(nameof(FormerForms))]
    public async Task Accounts_are_made_and_moved_beside_former_forms_without_a_look_beforehand(string address, string former)
    {
        var account = await PlantAsync(address, former);
        const string Password = "correct horse battery";

        AssertFailed(
            await Accounts().CreateAsync(new Account { UserName = Name("second"), Email = Name(address) }, Password),
            nameof(IdentityErrorDescriber.DuplicateEmail));
        var mover = new Account { UserName = Name("mover"), Email = Name("mover@example.com") };
        Assert.True((await Accounts().CreateAsync(mover, Password)).Succeeded);
        Assert.True((await Accounts().SetEmailAsync(mover, Name(former))).Succeeded);

        Assert.Equal(mover.Id, (await Accounts().FindByEmailAsync(Name(former)))?.Id);
        Assert.Equal(account.Id, (await Accounts().FindByEmailAsync(Name(address)))?.Id);
    }

    [Fact]
    public async Task A_change_of_an_account_that_is_kept_under_a_former_form_gives_it_its_present_form()
    {
        var planted = await PlantAsync("νικος@example.com", "νικοσ@example.com");
        var accounts = Accounts();
        var account = (await accounts.FindByIdAsync(planted.Id))!;

        Assert.True((await accounts.AddPasswordAsync(account, "correct horse battery")).Succeeded);

        Assert.NotNull(await Emails(Open()).FindByEmailAsync(Name("νικος@example.com"), default));
        Assert.Null(await Emails(Open()).FindByEmailAsync(Name("νικοσ@example.com"), default));
    }

    [Fact]
    public async Task Twenty_parallel_looks_at_an_account_under_a_former_form_all_find_it()
    {
        var account = await PlantAsync("νικος@example.com", "νικοσ@example.com");

        var found = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Accounts().FindByEmailAsync(Name("νικος@example.com"))));

        Assert.All(found, one => Assert.Equal(account.Id, one?.Id));
    }

    [Fact]
    public async Task Of_two_accounts_with_one_mailbox_the_one_with_the_present_form_is_found_and_both_stay()
    {
        var former = await PlantAsync("νικος@example.com", "νικοσ@example.com");
        var present = await PlantAsync("νικος@example.com", "νικος@example.com", "second");

        Assert.Equal(present.Id, (await Accounts().FindByEmailAsync(Name("νικος@example.com")))?.Id);
        Assert.Null(await Accounts().FindByEmailAsync(Name("νικοσ@example.com")));

        AssertSame(former, await Open().FindByIdAsync(former.Id, default));
        AssertSame(present, await Open().FindByIdAsync(present.Id, default));
    }

    protected UserManager<Account> Accounts() => Services().GetRequiredService<UserManager<Account>>();

    /// <summary>An account as a former version made it.</summary>
    protected Task<Account> PlantAsync(string address, string form, string name = "planted")
    {
        var account = NewAccount(name);
        account.SecurityStamp = Name("stamp");
        (account.Email, account.NormalizedEmail) = (Name(address), Name(form));
        return CreateAsync(account);
    }

    // All code points, in the groups that some folding of cases or compatibility forms makes one, with what is different mail.
    private static string[][] LettersThatFoldTogether(UserManager<Account> accounts)
    {
        var letters = Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(code => new Rune(code))
            .Where(rune => Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark)
            .Select(rune => rune.ToString());
        return [.. letters
            .GroupBy(letter => Fold("x" + letter))
            .Select(group => group.Select(letter => accounts.NormalizeEmail($"x{letter}x@example.com")![1..^13]).Distinct()
                .Where(letter => letter.EnumerateRunes().Count() == 1).ToArray())
            .Where(group => group.Length > 1)];
    }

    private static string Fold(string text)
    {
        for (var round = 0; round < 3; round++)
        {
            text = text.Normalize(NormalizationForm.FormKC).ToUpperInvariant().ToLowerInvariant();
        }

        return text;
    }
}
