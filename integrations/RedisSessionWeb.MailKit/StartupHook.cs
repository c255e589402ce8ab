using System.Reflection;
using System.Runtime.Loader;

#pragma warning disable CA1050 // The runtime looks for a class of this name in no namespace.

/// <summary>
/// What the runtime calls before the program starts, where <c>DOTNET_STARTUP_HOOKS</c> names this assembly: what the program
/// does not bring itself is then found in the folder of this assembly.
/// </summary>
internal static class StartupHook
{
    public static void Initialize() => AssemblyLoadContext.Default.Resolving += Find;

    private static Assembly? Find(AssemblyLoadContext context, AssemblyName name)
    {
        var file = Path.Combine(Path.GetDirectoryName(typeof(StartupHook).Assembly.Location)!, name.Name + ".dll");
        return File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
    }
}
