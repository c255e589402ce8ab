using System.Globalization;
using System.Text;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

using RedisSessions.Caching;

using RedisSessionWeb;

using RespClient;

namespace ForeignReplies.Tests.Cancelled;

/// <summary>
/// The application itself, over HTTP/1.1 and HTTP/2, with a few endpoints more that say whose session they see.
/// </summary>
internal sealed class RealApp : IAsyncDisposable
{
    /// <summary>What somebody without a session is answered.</summary>
    public const string Nobody = "nobody";

    // So many reads that some are under way when the client goes away.
    private const int ReadsAtOnce = 8;

    private readonly WebApplication _app;

    private RealApp(WebApplication app)
    {
        _app = app;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        (Http1, Http2) = (new Uri(addresses[0]), new Uri(addresses[1]));
    }

    public Uri Http1 { get; }

    public Uri Http2 { get; }

    public static async Task<RealApp> StartAsync(string redis)
    {
        var app = Program.Build(
        [
            "--contentRoot=" + AppContext.BaseDirectory,
            "--environment=Development",
            "--Redis:ConnectionString=" + redis,
            "--Kestrel:Endpoints:A:Url=http://127.0.0.1:0",
            "--Kestrel:Endpoints:A:Protocols=Http1",
            "--Kestrel:Endpoints:B:Url=http://127.0.0.1:0",
            "--Kestrel:Endpoints:B:Protocols=Http2",
            "--Logging:LogLevel:Default=Critical",
            "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Critical",
        ]);
        Map(app);
        await app.StartAsync();
        return new RealApp(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static void Map(WebApplication app)
    {
        var cache = new RedisSessionCache(app.Services.GetRequiredService<IRedisClient>(), Options.Create(new RedisSessionCacheOptions()));
        app.MapGet("/test/begin", async (string name, HttpContext context) =>
        {
            context.Session.SetString("name", name);
            for (var entry = 0; entry < ReadsAtOnce; entry++)
            {
                await cache.SetAsync(KeyOf(name, entry), Encoding.UTF8.GetBytes(KeyOf(name, entry)), new DistributedCacheEntryOptions());
            }

            return name;
        });
        app.MapGet("/test/name", (HttpContext context) => NameOf(context));
        app.MapGet("/test/write", (string n, HttpContext context) =>
        {
            var name = NameOf(context);
            if (name != Nobody)
            {
                context.Session.SetString("n", n);
            }

            return name;
        });
        app.MapGet("/test/cache", async (HttpContext context) =>
        {
            var name = NameOf(context);
            var reads = Enumerable.Range(0, ReadsAtOnce).Select(entry => cache.GetAsync(KeyOf(name, entry), context.RequestAborted)).ToArray();
            var values = await Task.WhenAll(reads);
            for (var entry = 0; entry < values.Length; entry++)
            {
                var value = values[entry] is { } bytes ? Encoding.UTF8.GetString(bytes) : Nobody;
                if (value != KeyOf(name, entry))
                {
                    return value;
                }
            }

            return name;
        });
    }

    private static string NameOf(HttpContext context) => context.Session.GetString("name") ?? Nobody;

    private static string KeyOf(string name, int entry) => string.Create(CultureInfo.InvariantCulture, $"{name}/{entry}");
}
