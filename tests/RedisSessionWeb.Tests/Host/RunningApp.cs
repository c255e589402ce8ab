using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

using RedisSessionWeb.Tests.Architecture;

namespace RedisSessionWeb.Tests.Host;

/// <summary>The application itself, on Kestrel and a free port, with the repository as its content root.</summary>
internal sealed class RunningApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningApp(WebApplication app, Uri address)
    {
        _app = app;
        Address = address;
    }

    public Uri Address { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>
    /// Files of settings are not watched: an application that does not start leaves its watchers behind, and the kernel has
    /// 128 of them for each user.
    /// </summary>
    public const string WithoutWatching = "--hostBuilder:reloadConfigOnChange=false";

    /// <summary>Starts it over a Redis, in Development unless a setting says otherwise.</summary>
    /// <param name="redis">What <c>Redis:ConnectionString</c> says.</param>
    /// <param name="settings">Further settings, each <c>Section:Key=value</c>; a later one replaces an earlier one.</param>
    public static async Task<RunningApp> StartAsync(string redis, params string[] settings)
    {
        var app = Program.Build(
        [
            "--urls=http://127.0.0.1:0",
            "--contentRoot=" + SourceTree.Root,
            WithoutWatching,
            "--environment=Development",
            "--Redis:ConnectionString=" + redis,
            "--Logging:LogLevel:Default=Warning",
            .. settings.Select(setting => "--" + setting),
        ]);
        if (Environment.GetEnvironmentVariable("LONG_RUN") != "1" && !settings.Any(setting => setting.StartsWith("Accounts:HashIterations=", StringComparison.Ordinal)))
        {
            // A tenth of what the settings allow: hashing takes half of the time of these tests otherwise.
            app.Services.GetRequiredService<IOptions<PasswordHasherOptions>>().Value.IterationCount = 21_000;
        }

        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new RunningApp(app, new Uri(address));
    }

    /// <summary>A client that keeps cookies as a browser does, and shows redirects instead of following them.</summary>
    public HttpClient CreateClient(bool followsRedirects = false) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = followsRedirects }) { BaseAddress = Address };

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
