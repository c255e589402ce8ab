using System.Security.Claims;

using ForeignReplies.Tests.Results;

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ForeignReplies.Tests.Shifted.Worlds;

/// <summary>An application whose sessions hold a name and a number, and whose answers say both.</summary>
internal sealed class NamedApp : IAsyncDisposable
{
    /// <summary>What somebody without a session is answered.</summary>
    public const string Nobody = "nobody";

    private readonly WebApplication _app;

    private NamedApp(WebApplication app, WarningLog log)
    {
        _app = app;
        Log = log;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Address { get; }

    public WarningLog Log { get; }

    /// <summary>Starts it on Kestrel and a free port.</summary>
    /// <param name="redis">Where its client connects.</param>
    /// <param name="nearCacheBytes">Zero: no near cache.</param>
    public static async Task<NamedApp> StartAsync(string redis, long nearCacheBytes = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var log = new WarningLog();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services.AddRespClient(options => options.ConnectionString = redis);
        builder.Services.AddRedisSessions(options => options.NearCacheBytes = nearCacheBytes);
        builder.Services.AddAuthentication("Session").AddSession();
        var app = builder.Build();
        app.UseRedisSessions();
        app.UseAuthentication();
        Map(app);
        await app.StartAsync();
        return new NamedApp(app, log);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static void Map(WebApplication app)
    {
        app.MapGet("/begin", (string name, HttpContext context) =>
        {
            context.Session.SetString("name", name);
            context.Session.SetString("n", "0");
            return Text(context);
        });
        app.MapGet("/read", Text);
        app.MapGet("/write", (string n, HttpContext context) =>
        {
            if (NameOf(context) is not null)
            {
                context.Session.SetString("n", n);
            }

            return Text(context);
        });
        app.MapGet("/renew", async (HttpContext context) =>
        {
            if (NameOf(context) is not null)
            {
                await context.RedisSession().RenewIdAsync();
            }

            return Text(context);
        });
        app.MapGet("/sign-in", async (HttpContext context) =>
        {
            if (NameOf(context) is { } name)
            {
                await context.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity(
                    [new Claim(ClaimTypes.NameIdentifier, name), new Claim(ClaimTypes.Name, name)], "password")));
            }

            return Text(context);
        });
        app.MapGet("/me", (HttpContext context) => context.User.Identity?.Name ?? Nobody);
        app.MapGet("/end", (HttpContext context) =>
        {
            var text = Text(context);
            context.RedisSession().Destroy();
            return text;
        });
    }

    private static string? NameOf(HttpContext context) => context.Session.GetString("name");

    private static string Text(HttpContext context) => NameOf(context) is { } name ? $"{name}={context.Session.GetString("n")}" : Nobody;
}
