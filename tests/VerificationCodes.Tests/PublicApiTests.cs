using System.Reflection;
using System.Runtime.CompilerServices;

using VerificationCodes.Grpc;

namespace VerificationCodes.Tests;

/// <summary>The public surface is a promise: it changes on purpose, and stays small enough to be read.</summary>
public sealed class PublicApiTests
{
    private const int MostLines = 195;

    [Fact]
    public void The_public_surface_is_exactly_the_approved_one()
    {
        var actual = string.Join('\n', Describe()) + "\n";
        var path = Path.Combine(SourceFolder(), "PublicApi.txt");
        // A change on purpose: run this test with APPROVE_PUBLIC_API=1 and commit the file.
        if (Environment.GetEnvironmentVariable("APPROVE_PUBLIC_API") == "1")
            File.WriteAllText(path, actual);

        Assert.Equal(File.ReadAllText(path), actual);
    }

    [Fact]
    public void The_public_surface_stays_small_enough_to_be_read() => Assert.InRange(Describe().Count(), 1, MostLines);

    private static IEnumerable<string> Describe()
    {
        foreach (var type in typeof(IVerificationService).Assembly.GetExportedTypes().Concat(typeof(VerificationServerOptions).Assembly.GetExportedTypes()).OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            yield return $"{(type.IsInterface ? "interface" : type.IsEnum ? "enum" : "class")} {type.FullName}";
            IEnumerable<string> lines = type.IsEnum
                ? [string.Join(", ", Enum.GetNames(type))]
                : type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                    .Where(member => member.GetCustomAttribute<CompilerGeneratedAttribute>() is null)
                    .Select(Line).OfType<string>().Order(StringComparer.Ordinal);
            foreach (var line in lines)
                yield return "  " + line;
        }
    }

    private static string? Line(MemberInfo member) => member switch
    {
        PropertyInfo property => $"{Name(property.PropertyType)} {property.Name}",
        MethodInfo { IsSpecialName: true } or MethodInfo { Name: "Equals" or "GetHashCode" or "ToString" or "Deconstruct" } => null,
        MethodInfo method => $"{Name(method.ReturnType)} {method.Name}({Parameters(method)})",
        ConstructorInfo constructor when constructor.GetParameters().Length > 0 => $"new({Parameters(constructor)})",
        _ => null,
    };

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? "?" : "")}"));

    private static string Name(Type type) => type.IsByRef ? "out " + Name(type.GetElementType()!)
        : !type.IsGenericType ? type.Name
        : $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
