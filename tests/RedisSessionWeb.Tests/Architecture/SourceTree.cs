using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace RedisSessionWeb.Tests.Architecture;

/// <summary>The source files of the repository, as Git would see them: without build output and packages.</summary>
internal static class SourceTree
{
    private static readonly string[] BuiltOrFetched = ["bin", "obj", "node_modules", "artifacts", ".git", ".data", "TestResults"];

    // Every test looks at the same files: each is parsed once.
    private static readonly ConcurrentDictionary<string, SyntaxNode> Parsed = new();

    public static string Root { get; } = FindRoot();

    /// <summary>Source under <c>src/</c> that is no project: the libraries that need it compile it.</summary>
    public const string SharedSource = "Mailboxes";

    /// <summary>The projects under <c>src/</c>, by folder name.</summary>
    public static IReadOnlyList<string> Libraries { get; } =
        ["RespClient", "RespClient.StackExchangeRedis", "RedisSessions", "VerificationCodes", "VerificationCodes.Mail", "VerificationCodes.Grpc", "RedisAccounts", "PostgreSqlAccounts", "RedisSessionWeb"];

    /// <summary>The namespaces in which people look for extension methods; all else lives under its assembly's name.</summary>
    public static IReadOnlyList<string> NamespacesOfExtensions { get; } =
        ["Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Http", "Microsoft.Extensions.DependencyInjection"];

    /// <summary>Files with one of the endings below one of the top folders, relative to the root, with slashes.</summary>
    public static IEnumerable<string> Files(string[] topFolders, params string[] endings) =>
        topFolders
            .Select(folder => Path.Combine(Root, folder))
            .Where(Directory.Exists)
            .SelectMany(Walk)
            .Where(file => endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)))
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    public static string Read(string relativePath) => File.ReadAllText(Path.Combine(Root, relativePath));

    public static SyntaxNode Parse(string relativePath) => Parsed.GetOrAdd(
        relativePath,
        static path => CSharpSyntaxTree.ParseText(Read(path), CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview)).GetRoot());

    private static IEnumerable<string> Walk(string folder) =>
        Directory.EnumerateFiles(folder).Concat(
            Directory.EnumerateDirectories(folder)
                .Where(child => !BuiltOrFetched.Contains(Path.GetFileName(child)))
                .SelectMany(Walk));

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(thisFile)!);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RedisSessionWeb.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No RedisSessionWeb.sln above {thisFile}.");
    }
}
