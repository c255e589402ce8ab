using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace RedisAccounts.Tests.Documents;

public sealed partial class AccountPageTests
{
    [Fact]
    public async Task Every_test_that_the_page_of_accounts_names_exists()
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../.."));
        var page = await File.ReadAllTextAsync(root + "/docs/accounts.md");
        var named = TestNames().Matches(page).Select(match => match.Groups[1].Value).ToHashSet();
        var tests = typeof(AccountPageTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttributes(typeof(FactAttribute), inherit: true).Length > 0)
            .Select(method => method.Name)
            .ToHashSet();

        Assert.True(named.Count > 10, $"{named.Count} names found");
        Assert.Empty(named.Except(tests));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex("`([A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+){3,})`")]
    private static partial Regex TestNames();
}
