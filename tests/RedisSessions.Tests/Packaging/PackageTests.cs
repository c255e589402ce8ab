using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

using RedisSessions.Tests.Hosting;

using TestServers;

namespace RedisSessions.Tests.Packaging;

/// <summary>The packages as somebody elsewhere takes them: packed, restored from a folder, compiled against, run.</summary>
public sealed class PackageTests
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task The_sample_of_the_read_me_compiles_against_the_packed_packages_and_keeps_a_session()
    {
        var folder = Directory.CreateTempSubdirectory("package-test-").FullName;
        try
        {
            foreach (var project in (string[])["RespClient", "RedisSessions"])
            {
                await DotnetAsync(Root, "pack", $"src/{project}", "--no-build", "-c", Configuration, "-o", $"{folder}/feed");
            }

            await WriteSampleAsync(folder);
            await DotnetAsync($"{folder}/sample", "build", "-c", "Release", "-o", $"{folder}/out");

            Assert.Equal(["Visit 1", "Visit 2"], await VisitTwiceAsync($"{folder}/out/sample.dll"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Root => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../.."));

    private static async Task WriteSampleAsync(string folder)
    {
        Directory.CreateDirectory(folder + "/sample");
        await File.WriteAllTextAsync(folder + "/sample/nuget.config", """
            <configuration>
              <packageSources>
                <clear />
                <add key="feed" value="../feed" />
              </packageSources>
            </configuration>
            """);
        await File.WriteAllTextAsync(folder + "/sample/sample.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <RestorePackagesPath>{folder}/packages</RestorePackagesPath>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="RedisSessions" Version="0.1.0" />
              </ItemGroup>
            </Project>
            """);
        var readMe = await File.ReadAllTextAsync(Root + "/src/RedisSessions/README.md");
        var code = readMe.Split("```csharp")[1].Split("```")[0].Trim();
        Assert.InRange(code.Split('\n').Length, 1, 10);
        await File.WriteAllTextAsync(folder + "/sample/Program.cs", code);
    }

    private static async Task<string[]> VisitTwiceAsync(string assembly)
    {
        await using var redis = await RedisServer.StartAsync();
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{RedisServer.FreePort()}"));
        using var sample = Start(Path.GetDirectoryName(assembly)!, [assembly, "--Redis", redis.ConnectionString, "--urls", address.ToString()]);
        try
        {
            using var browser = new Browser(address);
            Answer? first = null;
            await Eventually.TrueAsync(async () =>
            {
                try
                {
                    first = await browser.GetAsync("/");
                    return true;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            });
            return [first!.Body, (await browser.GetAsync("/")).Body];
        }
        finally
        {
            sample.Kill(entireProcessTree: true);
            await sample.WaitForExitAsync();
        }
    }

    private static async Task DotnetAsync(string folder, params string[] arguments)
    {
        using var process = Start(folder, [.. arguments, "-v", "q", "-nologo", "-nodeReuse:false"]);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Bound);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}:\n{output}{await errors}");
    }

    private static Process Start(string folder, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";

        // What the test host set for itself is not for its children.
        start.Environment.Remove("MSBuildSDKsPath");
        return Process.Start(start)!;
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
