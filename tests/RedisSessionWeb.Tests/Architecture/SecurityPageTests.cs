using System.Text.RegularExpressions;

namespace RedisSessionWeb.Tests.Architecture;

/// <summary>docs/security.md names a test for what it claims.</summary>
public sealed partial class SecurityPageTests
{
    [Fact]
    public void Every_test_that_the_page_of_security_names_exists()
    {
        var page = SourceTree.Read("docs/security.md");
        var named = TestNames().Matches(page).Select(match => match.Groups[1].Value).ToHashSet();
        var tests = TestNameTests.Tests().Select(test => test.Method.Identifier.Text).ToHashSet();

        Assert.True(named.Count > 40, $"{named.Count} names found");
        Findings.None(named.Except(tests).Select(name => $"docs/security.md names {name}, which does not exist"));
    }

    [GeneratedRegex("`([A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+){3,})`")]
    private static partial Regex TestNames();
}
