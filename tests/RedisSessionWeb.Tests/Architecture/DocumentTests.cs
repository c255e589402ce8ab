using System.Text.RegularExpressions;

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RedisSessionWeb.Tests.Architecture;

/// <summary>The documents keep step with the source.</summary>
public sealed partial class DocumentTests
{
    private static readonly string KeyTable = SourceTree.Read("docs/redis-keys.md");

    [Fact]
    public void The_table_of_keys_names_every_script_and_no_script_that_is_gone()
    {
        var scripts = SourceTree.Files(["src"], ".lua").Select(file => file["src/".Length..]).ToArray();
        var named = ScriptNames().Matches(KeyTable).Select(match => match.Value).Distinct().ToArray();

        Findings.None(scripts.Except(named).Select(script => $"{script} is not in docs/redis-keys.md")
            .Concat(named.Except(scripts).Select(script => $"docs/redis-keys.md names {script}, which does not exist")));
    }

    [Fact]
    public void The_table_of_keys_names_the_beginning_of_every_key_that_the_source_builds()
    {
        // Keys are named in classes called …Keys, and in the defaults of options called …KeyPrefix.
        var missing =
            from file in SourceTree.Files(["src"], ".cs")
            from text in TextsOfKeys(file)
            from Match part in KeyWords().Matches(text)
            where !KeyTable.Contains(part.Value, StringComparison.Ordinal)
            select $"{file}: \"{part.Value}\" is not in docs/redis-keys.md";

        Findings.None(missing);
    }

    [Fact]
    public void Every_relative_link_of_a_document_leads_to_a_file_that_exists()
    {
        var documents = SourceTree.Files(["docs", "src"], ".md").Concat(["README.md", "CHANGELOG.md"]);
        var dead =
            from document in documents
            from Match link in Links().Matches(SourceTree.Read(document))
            let target = link.Groups[1].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains(':', StringComparison.Ordinal)
            let path = Path.Combine(SourceTree.Root, Path.GetDirectoryName(document)!, target)
            where !File.Exists(path) && !Directory.Exists(path)
            select $"{document}: {target}";

        Findings.None(dead);
    }

    [Fact]
    public void The_readme_leads_to_every_page_of_the_documentation()
    {
        var readme = SourceTree.Read("README.md");
        var unlinked = SourceTree.Files(["docs"], ".md", ".sh")
            .Where(page => !page.StartsWith("docs/adr/", StringComparison.Ordinal) && !readme.Contains($"({page})", StringComparison.Ordinal));

        Findings.None(unlinked);
    }

    private static IEnumerable<string> TextsOfKeys(string file)
    {
        var root = SourceTree.Parse(file);
        var places = root.DescendantNodes().Where(node => node switch
        {
            TypeDeclarationSyntax type => type.Identifier.Text.EndsWith("Keys", StringComparison.Ordinal),
            PropertyDeclarationSyntax property => property.Identifier.Text.EndsWith("KeyPrefix", StringComparison.Ordinal),
            _ => false,
        });
        return places.SelectMany(place => place.DescendantTokens())
            .Where(token => token.IsKind(SyntaxKind.StringLiteralToken) || token.IsKind(SyntaxKind.InterpolatedStringTextToken))
            .Select(token => token.ValueText)
            .Where(text => !text.Any(char.IsWhiteSpace)); // a sentence, not a name
    }

    [GeneratedRegex(@"[A-Z][A-Za-z]+/(?:[A-Za-z]+/)*[A-Za-z]+\.lua")]
    private static partial Regex ScriptNames();

    // From two letters on: "SESSION:", "sends_ip_", "tries:pair:".
    [GeneratedRegex("[A-Za-z][A-Za-z_-]+[A-Za-z_:-]*")]
    private static partial Regex KeyWords();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Links();
}
