using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RedisSessionWeb.Tests.Architecture;

/// <summary>The sizes and shapes of the source, so that they are kept by more than good intentions.</summary>
public sealed class SourceShapeTests
{
    private const int MaxLinesOfFile = 400;
    private const int MaxLinesOfMethod = 60;
    private const int MaxConstructorParameters = 5;

    private static readonly string[] WordsThatNameNothing = ["Utils", "Util", "Helper", "Helpers", "Common", "Manager", "Misc"];

    private static IEnumerable<string> Sources => SourceTree.Files(["src", "tests", "benchmarks"], ".cs");

    [Fact]
    public void No_source_file_is_longer_than_four_hundred_lines()
    {
        var tooLong =
            from file in SourceTree.Files(["src", "tests", "benchmarks", "wwwroot"], ".cs", ".lua", ".cshtml", ".sh")
            let lines = SourceTree.Read(file).AsSpan().Count('\n')
            where lines > MaxLinesOfFile
            select $"{file}: {lines} lines";

        Findings.None(tooLong);
    }

    [Fact]
    public void No_method_is_longer_than_sixty_lines_but_one_parse_switch()
    {
        var tooLong =
            from file in SourceTree.Files(["src"], ".cs")
            let root = SourceTree.Parse(file)
            from method in root.DescendantNodes()
            where method is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax
            let span = method.SyntaxTree.GetLineSpan(method.Span)
            let lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
            where lines > MaxLinesOfMethod
            select $"{file}:{span.StartLinePosition.Line + 1}: {lines} lines";

        Assert.True(tooLong.Count() <= 1, string.Join(Environment.NewLine, tooLong));
    }

    [Fact]
    public void No_constructor_of_a_class_takes_more_than_five_parameters()
    {
        var tooMany =
            from file in SourceTree.Files(["src"], ".cs")
            from node in SourceTree.Parse(file).DescendantNodes()
            let parameters = node switch
            {
                ConstructorDeclarationSyntax constructor => constructor.ParameterList,
                ClassDeclarationSyntax { ParameterList: { } primary } => primary,
                _ => null,
            }
            where parameters?.Parameters.Count > MaxConstructorParameters
            let line = node.SyntaxTree.GetLineSpan(node.Span).StartLinePosition.Line + 1
            select $"{file}:{line}: {parameters.Parameters.Count} parameters";

        Findings.None(tooMany);
    }

    // Public types keep the namespace that they were published in.
    [Fact]
    public void The_namespace_of_a_file_without_public_types_is_its_folder()
    {
        var strays =
            from file in Sources
            let declared = DeclaredNamespace(file)
            where declared is not null && !(file.StartsWith("src/", StringComparison.Ordinal) && HasPublicType(file))
            let folder = NamespaceOfFolder(file)
            where declared != folder
            select $"{file}: {declared} instead of {folder}";

        Findings.None(strays);
    }

    [Fact]
    public void No_file_type_or_folder_is_named_with_a_word_that_names_nothing()
    {
        var empty =
            from file in Sources
            from part in Path.ChangeExtension(file, null).Split('/')
            where WordsThatNameNothing.Any(word => part.EndsWith(word, StringComparison.Ordinal))
                && !part.EndsWith("TagHelper", StringComparison.Ordinal) // the framework's own term
            select file;

        Findings.None(empty);
    }

    [Fact]
    public void Partial_classes_exist_only_beside_generated_code()
    {
        var partial =
            from file in SourceTree.Files(["src"], ".cs")
            from type in SourceTree.Parse(file).DescendantNodes().OfType<TypeDeclarationSyntax>()
            where type.Modifiers.Any(SyntaxKind.PartialKeyword) && !HasGeneratedMember(type)
            select $"{file}: {type.Identifier}";

        Findings.None(partial);
    }

    [Fact]
    public void No_two_log_lines_of_one_log_share_their_event_id()
    {
        var shared =
            from file in SourceTree.Files(["src"], ".cs")
            from ids in SourceTree.Parse(file).DescendantNodes().OfType<AttributeSyntax>()
                .Where(attribute => attribute.Name.ToString() == "LoggerMessage")
                .GroupBy(attribute => attribute.ArgumentList!.Arguments[0].ToString())
            where ids.Count() > 1
            select $"{file}: {ids.Count()} log lines have the event id {ids.Key}";

        Findings.None(shared);
    }

    [Fact]
    public void Every_project_is_part_of_the_solution()
    {
        var solution = SourceTree.Read("RedisSessionWeb.sln").Replace('\\', '/');
        var forgotten = SourceTree.Files(["src", "tests", "benchmarks"], ".csproj")
            .Where(project => !solution.Contains($"\"{project}\"", StringComparison.Ordinal));

        Findings.None(forgotten);
    }

    [Fact]
    public void Every_lua_script_begins_by_saying_its_keys_arguments_and_reply()
    {
        var silent =
            from file in SourceTree.Files(["src"], ".lua")
            let header = string.Join('\n', SourceTree.Read(file).Split('\n').TakeWhile(line => line.StartsWith("--", StringComparison.Ordinal)))
            where !header.Contains("KEYS", StringComparison.Ordinal)
                || !header.Contains("return", StringComparison.OrdinalIgnoreCase)
            select file;

        Findings.None(silent);
    }

    // src/RedisSessions/Caching/X.cs -> RedisSessions.Caching
    private static string NamespaceOfFolder(string file) =>
        string.Join('.', file.Split('/')[1..^1]);

    private static string? DeclaredNamespace(string file) =>
        SourceTree.Parse(file).DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString();

    private static bool HasPublicType(string file) =>
        SourceTree.Parse(file).DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Any(type => type.Modifiers.Any(SyntaxKind.PublicKeyword));

    // A log class (LoggerMessage), a serializer context, a generated regular expression.
    private static bool HasGeneratedMember(TypeDeclarationSyntax type) =>
        type.Members.Any(member => member.Modifiers.Any(SyntaxKind.PartialKeyword))
        || type.BaseList?.Types.Any(candidate => candidate.ToString().Contains("JsonSerializerContext", StringComparison.Ordinal)) == true;
}
