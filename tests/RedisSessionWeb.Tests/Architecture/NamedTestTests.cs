using System.Text.RegularExpressions;

namespace RedisSessionWeb.Tests.Architecture;

/// <summary>Pages that name a test for what they claim.</summary>
public sealed partial class NamedTestTests
{
    [Theory]
    [InlineData("docs/guarantees.md")]
    [InlineData("docs/security.md")]
    [InlineData("docs/verification-codes.md")]
    [InlineData("docs/accounts.md")]
    [InlineData("docs/integrations.md")]
    [InlineData("docs/verify-service.md")]
    [InlineData("docs/sms.md")]
    [InlineData("src/RespClient/README.md")]
    public void Every_test_that_a_page_names_exists(string path)
    {
        var named = TestNames().Matches(SourceTree.Read(path)).Select(match => match.Groups[1].Value).ToHashSet();
        var tests = TestNameTests.Tests().Select(test => test.Method.Identifier.Text).ToHashSet();

        Assert.True(named.Count > 10, $"{named.Count} names found");
        Findings.None(named.Except(tests).Select(name => $"{path} names {name}, which does not exist"));
    }

    [GeneratedRegex("`([A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+){3,}|(?:[A-Z]{1,2}[a-z0-9]+){6,})`")]
    private static partial Regex TestNames();
}
