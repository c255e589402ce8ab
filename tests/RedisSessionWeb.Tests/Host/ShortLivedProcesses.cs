using System.Runtime.CompilerServices;

namespace RedisSessionWeb.Tests.Host;

/// <summary>What the test project says of its own process, said to those it starts: they live for seconds.</summary>
internal static class ShortLivedProcesses
{
    [ModuleInitializer]
    internal static void WithoutProfiles() => Environment.SetEnvironmentVariable("DOTNET_TieredPGO", "0");
}
