using System.Globalization;
using System.Text;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using RedisSessions.Caching;

namespace RespClient.StackExchangeRedis.Tests;

/// <summary>Both ways between Microsoft's RedisCache and this project's cache: each reads what the other wrote.</summary>
public sealed class MovingTests(Multiplexed redis) : IClassFixture<Multiplexed>
{
    private readonly string _prefix = $"m{Guid.NewGuid():N}:";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_entry_written_by_one_cache_is_read_renewed_and_removed_by_the_other(bool fromTheirs)
    {
        using var theirs = Theirs();
        var ours = Ours();
        IDistributedCache from = fromTheirs ? theirs : ours, to = fromTheirs ? ours : theirs;
        byte[] value = [0, 1, 255, 13, 10];

        await from.SetAsync("a", value, new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(20) });
        await redis.Server.CliAsync("PEXPIRE", _prefix + "a", "60000");

        Assert.Equal(value, await to.GetAsync("a"));
        Assert.InRange(await TtlAsync("a"), 1_190_000, 1_200_000);
        await redis.Server.CliAsync("PEXPIRE", _prefix + "a", "60000");
        await to.RefreshAsync("a");
        Assert.InRange(await TtlAsync("a"), 1_190_000, 1_200_000);
        await to.RemoveAsync("a");
        Assert.Null(await from.GetAsync("a"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_absolute_end_holds_whichever_cache_reads_and_none_is_none(bool fromTheirs)
    {
        using var theirs = Theirs();
        var ours = Ours();
        IDistributedCache from = fromTheirs ? theirs : ours, to = fromTheirs ? ours : theirs;

        await from.SetAsync("a", [1], new DistributedCacheEntryOptions
        {
            SlidingExpiration = TimeSpan.FromMinutes(20), AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(5),
        });
        await from.SetAsync("b", [1], new DistributedCacheEntryOptions());

        Assert.NotNull(await to.GetAsync("a"));
        Assert.NotNull(await to.GetAsync("b"));
        Assert.InRange(await TtlAsync("a"), 290_000, 300_000);
        Assert.Equal(-1, await TtlAsync("b"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stock_session_begun_on_one_cache_goes_on_with_the_same_cookie_on_the_other(bool fromTheirs)
    {
        await using var theirs = await StartAsync(services => services.AddStackExchangeRedisCache(Configure));
        await using var ours = await StartAsync(services => services
            .AddSingleton(redis.Connection).AddStackExchangeRedisClient()
            .AddRedisSessionCache(options => options.KeyPrefix = _prefix));
        var (from, to) = fromTheirs ? (theirs, ours) : (ours, theirs);
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false });

        using var first = await http.GetAsync(new Uri(from.Urls.First() + "/set?k=name&v=ann"));
        var cookie = first.Headers.GetValues("Set-Cookie").Single().Split(';')[0];

        Assert.Equal("ann", await GetAsync(http, to, "/get?k=name", cookie));
        await GetAsync(http, to, "/set?k=name&v=bob", cookie);
        Assert.Equal("bob", await GetAsync(http, from, "/get?k=name", cookie));
    }

    [Fact]
    public async Task Our_cache_runs_over_their_connection_as_over_ours()
    {
        var cache = new RedisSessionCache(
            new MultiplexerRedisClient(redis.Connection), Options.Create(new RedisSessionCacheOptions { KeyPrefix = _prefix }));

        await cache.SetAsync("a", Encoding.UTF8.GetBytes("value"), new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(1) });

        Assert.Equal("value", Encoding.UTF8.GetString((await cache.GetAsync("a"))!));
    }

    private RedisCache Theirs()
    {
        var options = new RedisCacheOptions();
        Configure(options);
        return new RedisCache(Options.Create(options));
    }

    private void Configure(RedisCacheOptions options)
    {
        options.ConnectionMultiplexerFactory = () => Multiplexed.ConnectAsync(redis.Server);
        options.InstanceName = _prefix;
    }

    private RedisSessionCache Ours() => new(
        new MultiplexerRedisClient(redis.Connection), Options.Create(new RedisSessionCacheOptions { KeyPrefix = _prefix }));

    private async Task<long> TtlAsync(string key) =>
        long.Parse(await redis.Server.CliAsync("PTTL", _prefix + key), CultureInfo.InvariantCulture);

    private static async Task<string> GetAsync(HttpClient http, WebApplication app, string path, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, app.Urls.First() + path);
        request.Headers.Add("Cookie", cookie);
        using var response = await http.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }

    // The framework's own session; its cookie is sealed, so both applications share their keys.
    private static async Task<WebApplication> StartAsync(Action<IServiceCollection> add)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<Microsoft.AspNetCore.DataProtection.IDataProtectionProvider>(Keys);
        add(builder.Services);
        builder.Services.AddSession(options => options.Cookie.Name = "stock");
        var app = builder.Build();
        app.UseSession();
        app.MapGet("/set", (string k, string v, HttpContext context) => context.Session.SetString(k, v));
        app.MapGet("/get", (string k, HttpContext context) => context.Session.GetString(k));
        await app.StartAsync();
        return app;
    }

    private static readonly Microsoft.AspNetCore.DataProtection.EphemeralDataProtectionProvider Keys = new();
}
