using System.Net;
using System.Security.Claims;
using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

using RedisSessions.Inspector;
using RedisSessions.Tests.Hosting;

using TestServers;

namespace RedisSessions.Tests.Inspector;

/// <summary>An application with an inspector for the user "admin", and that administrator's browser.</summary>
internal sealed class InspectorApp(SessionApp app, Browser admin) : IAsyncDisposable
{
    public SessionApp App => app;

    public Browser Admin => admin;

    public static async Task<InspectorApp> StartAsync(
        RedisServer redis, Action<SessionInspectorOptions>? configure = null, Action<RedisSessionOptions>? sessions = null, string? redisAt = null)
    {
        var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redisAt ?? redis.ConnectionString,
            Options = sessions,
            Services = services => services
                .AddSessionInspector(configure)
                .AddAuthorizationBuilder()
                .AddPolicy("admins", policy => policy.RequireClaim(ClaimTypes.NameIdentifier, "admin")),
            Endpoints = web => web.MapSessionInspector("/inspector", "admins"),
        });
        var admin = app.NewBrowser();
        await admin.GetAsync("/sign-in?user=admin");
        return new InspectorApp(app, admin);
    }

    /// <summary>A browser in which a user has signed in.</summary>
    public async Task<Browser> SignInAsync(string user)
    {
        var browser = app.NewBrowser();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/sign-in?user=" + user)).Status);
        return browser;
    }

    /// <summary>What the inspector answers, which must be JSON.</summary>
    public async Task<JsonNode> JsonAsync(string path)
    {
        var answer = await admin.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return JsonNode.Parse(answer.Body)!;
    }

    public Task<Answer> DeleteAsync(string path) => admin.SendAsync(new HttpRequestMessage(HttpMethod.Delete, path));

    public ValueTask DisposeAsync()
    {
        admin.Dispose();
        return app.DisposeAsync();
    }
}
