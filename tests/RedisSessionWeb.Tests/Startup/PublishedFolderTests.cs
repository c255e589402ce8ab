using System.Diagnostics;

using RedisSessionWeb.Tests.Architecture;

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
        var port = RedisServer.FreePort();
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = workingDirectory, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(folder, "RedisSessionWeb.dll"), $"--urls=http://127.0.0.1:{port}", "--environment=Development", "--Redis:ConnectionString=" + redis.ConnectionString])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            await Eventually.TrueAsync(async () => await IsThereAsync(client, "/healthz/ready"));
            Assert.True(await IsThereAsync(client, "/css/site.css"));
            Assert.True(await IsThereAsync(client, "/favicon.svg"));
            client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh-CN");
            Assert.Contains("创建账户", await client.GetStringAsync("/register"), StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static async Task<bool> IsThereAsync(HttpClient client, string path)
    {
        try
        {
            return (await client.GetAsync(path)).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output);
    }
}
