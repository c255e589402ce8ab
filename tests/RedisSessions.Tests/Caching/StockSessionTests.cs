using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Caching;

/// <summary>The framework's own session on our cache.</summary>
public sealed class StockSessionTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task The_stock_session_lives_in_redis_with_two_commands_for_a_read_also_beside_razor_pages()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddRazorPages(); // brings a cache in memory
        builder.Services.AddRespClient(o => o.ConnectionString = redis.Server.ConnectionString);
        builder.Services.AddRedisSessionCache(o => o.KeyPrefix = "stock:");
        builder.Services.AddSession(o => o.Cookie.Name = "ssw");
        await using var app = builder.Build();
        app.UseSession();
        app.MapGet("/set", (string k, string v, HttpContext c) => c.Session.SetString(k, v));
        app.MapGet("/get", (string k, HttpContext c) => c.Session.GetString(k));
        await app.StartAsync();
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        using var browser = new Browser(address);

        await browser.GetAsync("/set?k=a&v=1");
        Assert.Equal("1", (await browser.GetAsync("/get?k=a")).Body);

        await using var monitor = await redis.Server.MonitorAsync();
        var since = await redis.Server.NowAsync();
        await browser.GetAsync("/get?k=a");
        var key = Assert.Single(await redis.Server.KeysAsync("stock:*"));
        await redis.Server.AssertTtlSetAsync(key, 1_200_000, since);
        Assert.Equal(2, (await monitor.CommandsAsync()).Count(line => line.StartsWith("\"EVALSHA\"", StringComparison.Ordinal)));
        await app.StopAsync();
    }
}
