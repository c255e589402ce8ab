using System.Text.RegularExpressions;

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RedisSessionWeb.Tests.Architecture;

/// <summary>
/// The folders of a project form an order, written down in docs/architecture.md: a file names types of its own folder and
/// of those before it, never of those behind it.
/// </summary>
public sealed partial class FolderOrderTests
{
    private const string Page = "docs/architecture.md";

    // The stores of accounts are smaller than their replacement, and the way to a mail server is one folder.
    private static readonly string[] WithoutOrder = ["RedisAccounts", "PostgreSqlAccounts", "VerificationCodes.Mail", "RespClient.StackExchangeRedis"];

    public static TheoryData<string> Projects => [.. SourceTree.Libraries.Except(WithoutOrder)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_file_names_no_type_of_a_folder_that_comes_later_in_the_order(string project)
    {
        var order = OrderOf(project);
        var files = SourceTree.Files([$"src/{project}"], ".cs").ToArray();
        var places = files
            .SelectMany(file => TypesOf(file).Select(type => (Type: type, File: file)))
            .ToLookup(place => place.Type, place => place.File, StringComparer.Ordinal);

        Findings.None(
            from file in files
            from name in NamesIn(file)
            where places.Contains(name) && !places[name].Contains(file)
            from other in places[name]
            where order.IndexOf(FolderOf(other)) > order.IndexOf(FolderOf(file))
            select $"{file} names {name} of {FolderOf(other)}");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_written_order_has_every_folder_of_the_project_once(string project)
    {
        var order = OrderOf(project);
        var folders = SourceTree.Files([$"src/{project}"], ".cs").Select(FolderOf).Distinct().ToArray();

        Assert.Equal(folders.Order(StringComparer.Ordinal), order.Order(StringComparer.Ordinal));
    }

    private static List<string> OrderOf(string project)
    {
        var line = Order().Matches(SourceTree.Read(Page)).SingleOrDefault(match => match.Groups["project"].Value == project);
        Assert.True(line is not null, $"{Page} has no line of the form | `{project}` | `A` < `B` |");
        return [.. Folder().Matches(line.Groups["folders"].Value).Select(match => match.Groups[1].Value)];
    }

    // src/RespClient/Wire/RespConnection.cs -> Wire; src/RedisSessionWeb/Program.cs -> .
    private static string FolderOf(string file) => string.Join('/', file.Split('/')[2..^1]) is { Length: > 0 } folder ? folder : ".";

    private static IEnumerable<string> TypesOf(string file) => SourceTree.Parse(file).DescendantNodes()
        .Where(node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax && node.Parent is BaseNamespaceDeclarationSyntax or CompilationUnitSyntax)
        .Select(node => node switch
        {
            BaseTypeDeclarationSyntax type => type.Identifier.Text,
            DelegateDeclarationSyntax type => type.Identifier.Text,
            _ => "",
        });

    // A name behind a dot is a member, one before a dot in a qualified name a namespace.
    private static IEnumerable<string> NamesIn(string file) => SourceTree.Parse(file)
        .DescendantNodes(node => node is not UsingDirectiveSyntax)
        .OfType<SimpleNameSyntax>()
        .Where(name => name.Parent is not QualifiedNameSyntax qualified || (qualified.Right == name && qualified.Parent is not QualifiedNameSyntax))
        .Where(name => name.Parent is not MemberAccessExpressionSyntax access || access.Expression == name)
        .Where(name => name.Parent is not (MemberBindingExpressionSyntax or NameColonSyntax or NameEqualsSyntax) && !IsAssignedInInitializer(name))
        .Select(name => name.Identifier.Text)
        .Distinct();

    private static bool IsAssignedInInitializer(SimpleNameSyntax name) =>
        name.Parent is AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax } assignment && assignment.Left == name;

    [GeneratedRegex(@"^\| `(?<project>[\w.]+)` \| (?<folders>`.+`) \|$", RegexOptions.Multiline)]
    private static partial Regex Order();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Folder();
}
