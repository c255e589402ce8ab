using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace RedisSessionWeb.Tests.Architecture;

/// <summary>What a built assembly refers to, read from its metadata: what the compiler wrote, not what a project file says.</summary>
internal sealed class AssemblyReferences
{
    private AssemblyReferences(MetadataReader metadata)
    {
        Assemblies = [.. metadata.AssemblyReferences
            .Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
        Types = [.. metadata.TypeReferences.Select(handle => NameOf(metadata, metadata.GetTypeReference(handle)))];
        Members = [.. metadata.MemberReferences
            .Select(handle => metadata.GetMemberReference(handle))
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => NameOf(metadata, metadata.GetTypeReference((TypeReferenceHandle)member.Parent))
                + "." + metadata.GetString(member.Name))];
        Resources = [.. metadata.ManifestResources
            .Select(handle => metadata.GetString(metadata.GetManifestResource(handle).Name))];
    }

    public IReadOnlyList<string> Assemblies { get; }

    /// <summary>Full names of the types of other assemblies.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary>Full names of the members of other assemblies' types.</summary>
    public IReadOnlyList<string> Members { get; }

    public IReadOnlyList<string> Resources { get; }

    public static AssemblyReferences Of(string assemblyName)
    {
        using var file = File.OpenRead(Assembly.Load(assemblyName).Location);
        using var reader = new PEReader(file);
        return new AssemblyReferences(reader.GetMetadataReader());
    }

    private static string NameOf(MetadataReader metadata, TypeReference type)
    {
        var name = metadata.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            return NameOf(metadata, metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope)) + "+" + name;
        }

        return metadata.GetString(type.Namespace) + "." + name;
    }
}
