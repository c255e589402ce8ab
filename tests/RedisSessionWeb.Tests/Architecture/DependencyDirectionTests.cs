using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace RedisSessionWeb.Tests.Architecture;

/// <summary>
/// Dependencies point one way, three floors: the web project, the three middle libraries, the Redis client. What adds a
/// large package to a middle library, such as another store of accounts, mail or gRPC, stands on that library alone.
/// </summary>
public sealed class DependencyDirectionTests
{
    public static TheoryData<string, string[]> Floors => new()
    {
        { "RespClient", [] },
        { "RespClient.StackExchangeRedis", ["RespClient"] },
        { "RedisSessions", ["RespClient"] },
        { "VerificationCodes", ["RespClient"] },
        { "VerificationCodes.Mail", ["VerificationCodes"] },
        { "VerificationCodes.Grpc", ["RespClient", "VerificationCodes"] },
        { "RedisAccounts", ["RespClient"] },
        { "PostgreSqlAccounts", ["RespClient", "RedisAccounts"] },
        { "RedisSessionWeb", ["RespClient", "RespClient.StackExchangeRedis", "RedisSessions", "VerificationCodes", "VerificationCodes.Mail", "VerificationCodes.Grpc", "RedisAccounts", "PostgreSqlAccounts"] },
    };

    [Theory]
    [MemberData(nameof(Floors))]
    public void An_assembly_refers_only_to_the_floors_below_it(string assembly, string[] allowed)
    {
        var ours = AssemblyReferences.Of(assembly).Assemblies.Intersect(SourceTree.Libraries);

        Findings.None(ours.Except(allowed));
    }

    [Theory]
    [MemberData(nameof(Floors))]
    public void A_project_file_names_only_projects_of_the_floors_below_it(string assembly, string[] allowed)
    {
        var project = XDocument.Parse(SourceTree.Read($"src/{assembly}/{assembly}.csproj"));
        var named = project.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

        Findings.None(named.Except(allowed));
    }

    [Theory]
    [MemberData(nameof(Floors))]
    public void The_source_of_a_library_imports_no_namespace_of_its_neighbours(string assembly, string[] allowed)
    {
        var forbidden = SourceTree.Libraries.Except(allowed).Where(library => library != assembly).ToArray();

        var imports =
            from file in SourceTree.Files([$"src/{assembly}"], ".cs", ".cshtml")
            from line in SourceTree.Read(file).Split('\n')
            let import = line.TrimStart().TrimStart('@')
            where import.StartsWith("using ", StringComparison.Ordinal)
            from library in forbidden
            where import.StartsWith($"using {library};", StringComparison.Ordinal)
                || import.StartsWith($"using {library}.", StringComparison.Ordinal)
                || import.StartsWith($"using static {library}.", StringComparison.Ordinal)
            select $"{file}: {import.TrimEnd()}";

        Findings.None(imports);
    }

    [Theory]
    [InlineData("RespClient")]
    [InlineData("RespClient.StackExchangeRedis")]
    public void The_redis_clients_refer_to_no_assembly_of_aspnetcore(string client)
    {
        var references = AssemblyReferences.Of(client).Assemblies;
        var project = XDocument.Parse(SourceTree.Read($"src/{client}/{client}.csproj"));

        Assert.DoesNotContain(references, name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.Empty(project.Descendants("FrameworkReference"));
    }

    [Fact]
    public void The_web_project_builds_no_redis_command_and_runs_no_script()
    {
        var web = AssemblyReferences.Of("RedisSessionWeb");

        Assert.DoesNotContain(web.Types, type => type.StartsWith("RespClient.Commands.", StringComparison.Ordinal));
        Assert.DoesNotContain("RespClient.RedisCommand", web.Types);
        Assert.DoesNotContain("RespClient.IRedisClient.ExecuteAsync", web.Members);
        Assert.DoesNotContain(web.Resources, resource => resource.EndsWith(".lua", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Floors))]
    public void Types_live_under_the_name_of_their_assembly_or_extend_a_known_one(string assembly, string[] allowed)
    {
        _ = allowed;
        var strays = Assembly.Load(assembly).GetTypes()
            .Where(type => !type.IsNested && !type.IsDefined(typeof(CompilerGeneratedAttribute)) && type.Name[0] != '<')
            .Where(type => !IsInItsAssembly(type, assembly) && !IsExtensionClassWherePeopleLook(type) && !IsGenerated(type))
            .Select(type => type.FullName);

        Findings.None(strays);
    }

    private static bool IsInItsAssembly(Type type, string assembly) =>
        type.Namespace == assembly || type.Namespace == SourceTree.SharedSource
        || type.Namespace?.StartsWith(assembly + ".", StringComparison.Ordinal) == true;

    private static bool IsExtensionClassWherePeopleLook(Type type) =>
        type is { IsAbstract: true, IsSealed: true } && SourceTree.NamespacesOfExtensions.Contains(type.Namespace);

    // Top-level statements, compiled Razor pages, compiler-embedded attributes.
    private static bool IsGenerated(Type type) =>
        (type.Namespace is null && type.Name == "Program")
        || type.Namespace is "AspNetCoreGeneratedDocument"
        || type.Namespace?.StartsWith("System.", StringComparison.Ordinal) == true
        || type.Namespace?.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal) == true;
}
