using System.Text.RegularExpressions;

using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RedisSessionWeb.Tests.Architecture;

/// <summary>Read one below the other, the names of the tests are the specification.</summary>
public sealed partial class TestNameTests
{
    [Fact]
    public void The_name_of_a_test_is_a_sentence_of_six_words_or_more()
    {
        var others =
            from test in Tests()
            let name = test.Method.Identifier.Text
            where !Sentence().IsMatch(name)
            select $"{test.File}: {name}";

        Findings.None(others);
    }

    [Fact]
    public void A_skipped_test_says_why_it_is_skipped()
    {
        var silent =
            from test in Tests()
            from argument in test.Attribute.ArgumentList?.Arguments ?? []
            where argument.NameEquals?.Name.ToString() == "Skip" && argument.Expression.ToString().Trim('"').Length < 20
            select $"{test.File}: {test.Method.Identifier.Text}";

        Findings.None(silent);
    }

    internal static IEnumerable<(string File, MethodDeclarationSyntax Method, AttributeSyntax Attribute)> Tests() =>
        from file in SourceTree.Files(["tests"], ".cs")
        from method in SourceTree.Parse(file).DescendantNodes().OfType<MethodDeclarationSyntax>()
        from attribute in method.AttributeLists.SelectMany(list => list.Attributes)
        where attribute.Name.ToString() is "Fact" or "Theory"
        select (file, method, attribute);

    // Words_parted_by_underscores.
    [GeneratedRegex("^[A-Z][A-Za-z0-9]*(_[A-Za-z0-9]+){5,}$")]
    private static partial Regex Sentence();
}
