using System.Diagnostics;

using RedisSessionWeb.Tests.Architecture;
using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Startup;

/// <summary>The program finds its settings and its style sheet wherever it is started from.</summary>
public sealed class PublishedFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("published-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_built_program_serves_pages_and_style_from_any_working_directory()
    {
        await using var redis = await RedisServer.StartAsync();

        await AssertServesAsync(redis, Path.GetDirectoryName(typeof(Program).Assembly.Location)!, Path.GetTempPath());
    }

    [Fact]
    public async Task The_published_folder_is_complete_in_itself()
    {
        // What is built is published as it is: the test is about the files, not about the compiler.
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        await RunAsync("dotnet", "publish", Path.Combine(SourceTree.Root, "src/RedisSessionWeb"), "-c", configuration, "--no-build", "-o", _folder, "-v", "q");
        await using var redis = await RedisServer.StartAsync();

        await AssertServesAsync(redis, _folder, "/");
        Assert.Empty(Directory.EnumerateFiles(_folder, "*.cs*html", SearchOption.AllDirectories));
    }

    private static async Task AssertServesAsync(RedisServer redis, string folder, string workingDirectory)
    {
        await using var app = await AppProcess.StartAsync(folder, workingDirectory, redis.ConnectionString);
        using var client = new HttpClient { BaseAddress = app.Address };
        await client.GetStringAsync("/css/site.css");
        await client.GetStringAsync("/favicon.svg");
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh-CN");
        Assert.Contains("创建账户", await client.GetStringAsync("/register"), StringComparison.Ordinal);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output);
    }
}
