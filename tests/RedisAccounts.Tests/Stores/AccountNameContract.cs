using System.Globalization;
using System.Text;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace RedisAccounts.Tests.Stores;

/// <summary>What holds over any store: names that look alike across scripts are one name, and names that exist stay good.</summary>
public abstract class AccountNameContract : UserStoreContract
{
    // Digits alone, so that a name stays within its script.
    private readonly string _number = Random.Shared.NextInt64(1_000_000_000_000).ToString(CultureInfo.InvariantCulture);

    // Latin; the same to the eye in Cyrillic.
    public static TheoryData<string, string> Alike => new() { { "Capa", "Сара" }, { "Coco", "Сосо" }, { "BETA", "ВЕТА" } };

    /// <summary>The services of the application over the same data.</summary>
    protected abstract IServiceProvider Services();

    protected override IUserStore<Account> Open() => Services().GetRequiredService<IUserStore<Account>>();

    [Theory]
    [MemberData(nameof(Alike))]
    public async Task A_name_that_looks_like_one_of_another_script_is_taken_whichever_was_first(string latin, string other)
    {
        var first = await MakeAsync(latin + _number);
        AssertFailed(await TryAsync(other + _number), nameof(IdentityErrorDescriber.DuplicateUserName));
        Assert.True((await Accounts().DeleteAsync(first)).Succeeded);

        await MakeAsync(other + _number);
        AssertFailed(await TryAsync(latin + _number), nameof(IdentityErrorDescriber.DuplicateUserName));
    }

    [Fact]
    public async Task Of_many_registrations_at_once_under_names_that_look_alike_one_succeeds()
    {
        string[] names = ["Сосо" + _number, "Coco" + _number, "СОСО" + _number, "coco" + _number];

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => TryAsync(names[i % names.Length])));

        Assert.Single(results, result => result.Succeeded);
    }

    [Fact]
    public async Task A_name_finds_its_own_account_and_not_one_that_looks_like_it()
    {
        var account = await MakeAsync("Сара" + _number);

        Assert.Equal(account.Id, (await Accounts().FindByNameAsync("САРА" + _number))?.Id);
        Assert.Null(await Accounts().FindByNameAsync("Capa" + _number));
    }

    [Theory]
    [MemberData(nameof(Alike))]
    public async Task A_name_kept_by_a_former_version_is_in_the_way_of_those_that_look_like_it(string latin, string other)
    {
        var planted = await PlantAsync(other + _number);

        AssertFailed(await TryAsync(latin + _number), nameof(IdentityErrorDescriber.DuplicateUserName));
        AssertFailed(await TryAsync(other + _number), nameof(IdentityErrorDescriber.DuplicateUserName));
        var mover = await MakeAsync("Ludwig" + _number);
        AssertFailed(await Accounts().SetUserNameAsync(mover, latin + _number), nameof(IdentityErrorDescriber.DuplicateUserName));
        Assert.Equal(planted.Id, (await Accounts().FindByNameAsync(other + _number))?.Id);
    }

    [Theory]
    [InlineData("カ力")]
    [InlineData("王力")]
    [InlineData("Сарай")]
    public async Task A_name_kept_by_a_former_version_is_taken_for_whoever_wants_the_same(string name)
    {
        await PlantAsync(name + _number);

        AssertFailed(await TryAsync(name + _number), nameof(IdentityErrorDescriber.DuplicateUserName));
    }

    [Fact]
    public async Task Two_names_that_look_alike_and_were_both_kept_by_a_former_version_go_on_and_can_be_changed()
    {
        string[] names = ["Capa" + _number, "Сара" + _number, "Zеd" + _number, "A\u3164" + _number];
        foreach (var name in names)
        {
            await PlantAsync(name);
        }

        foreach (var name in names)
        {
            var accounts = Accounts();
            var account = (await accounts.FindByNameAsync(name))!;
            Assert.Equal(name, account.UserName);
            Assert.True((await accounts.AddPasswordAsync(account, "correct horse battery")).Succeeded, name);
            Assert.True(await accounts.CheckPasswordAsync((await accounts.FindByNameAsync(name))!, "correct horse battery"));
        }
    }

    [Fact]
    public async Task A_new_name_that_misleads_is_refused_also_where_an_account_changes_its_name()
    {
        AssertFailed(await TryAsync("Zеd" + _number), nameof(IdentityErrorDescriber.InvalidUserName));
        var account = await MakeAsync("Zed" + _number);

        AssertFailed(await Accounts().SetUserNameAsync(account, "Zеd" + _number), nameof(IdentityErrorDescriber.InvalidUserName));
    }

    private UserManager<Account> Accounts() => Services().GetRequiredService<UserManager<Account>>();

    private Task<IdentityResult> TryAsync(string name) =>
        Accounts().CreateAsync(new Account { UserName = name, Email = $"a{Guid.NewGuid():N}@example.com" });

    private async Task<Account> MakeAsync(string name)
    {
        Assert.True((await TryAsync(name)).Succeeded, name);
        return (await Accounts().FindByNameAsync(name))!;
    }

    /// <summary>An account as a former version made it.</summary>
    private Task<Account> PlantAsync(string name)
    {
        var account = NewAccount("planted");
        (account.Id, account.UserName, account.NormalizedUserName) = (Guid.NewGuid().ToString(), name, name.Normalize(NormalizationForm.FormKC).ToLowerInvariant());
        account.SecurityStamp = Name("stamp");
        (account.Email, account.NormalizedEmail) = ($"{account.Id}@example.com", $"{account.Id}@example.com");
        return CreateAsync(account);
    }
}
