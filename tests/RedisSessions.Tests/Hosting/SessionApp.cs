using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using TestServers;

namespace RedisSessions.Tests.Hosting;

/// <summary>What a test changes of the application.</summary>
internal sealed class SessionAppSetup
{
    public string? Redis { get; init; }

    public Action<RedisSessionOptions>? Options { get; init; }

    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>In front of the sessions.</summary>
    public Action<WebApplication>? Before { get; init; }

    /// <summary>Behind the sessions: further endpoints.</summary>
    public Action<WebApplication>? Endpoints { get; init; }

    /// <summary>Where it says it runs; <see langword="null"/>: in Production.</summary>
    public string? Environment { get; init; }

    public ShiftedTime Time { get; init; } = new();
}

/// <summary>An application on Kestrel, on a free port of loopback, with sessions and a few endpoints.</summary>
internal sealed class SessionApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SessionApp(WebApplication app, CapturedLog log, Gates gates, SessionAppSetup setup)
    {
        _app = app;
        Log = log;
        Gates = gates;
        Time = setup.Time;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Address { get; }

    public CapturedLog Log { get; }

    public Gates Gates { get; }

    public ShiftedTime Time { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>The near cache is off unless the test turns it on: round trips are counted without it.</summary>
    public static Task<SessionApp> StartAsync(string redis, Action<RedisSessionOptions>? options = null) =>
        StartAsync(new SessionAppSetup { Redis = redis, Options = options });

    public static async Task<SessionApp> StartAsync(SessionAppSetup setup)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = setup.Environment });
        var log = new CapturedLog();
        var gates = new Gates();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Information);
        builder.Services.AddSingleton<TimeProvider>(setup.Time);
        builder.Services.AddSingleton(gates);
        builder.Services.AddRouting().AddAuthorization();
        setup.Services?.Invoke(builder.Services);
        if (setup.Redis is not null)
        {
            ClientUnderTest.Add(builder.Services, setup.Redis);
        }

        builder.Services.AddRedisSessions(o =>
        {
            o.NearCacheBytes = 0;
            setup.Options?.Invoke(o);
        });
        if (!builder.Services.Any(service => service.ServiceType == typeof(Microsoft.AspNetCore.Authentication.IAuthenticationService)))
        {
            builder.Services.AddAuthentication("Session").AddSession();
        }

        var app = builder.Build();
        setup.Before?.Invoke(app);
        app.UseRedisSessions();
        app.UseAuthentication();
        app.UseAuthorization();
        SessionEndpoints.Map(app);
        setup.Endpoints?.Invoke(app);
        await app.StartAsync();
        return new SessionApp(app, log, gates, setup);
    }

    public Browser NewBrowser() => new(Address);

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(TestContext.Current.CancellationToken);
        await _app.DisposeAsync();
    }
}
