using System.Security.Cryptography;

using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.KeyRing;

/// <summary>The keys of Data Protection lie in Redis beside what they seal: what seals them must not.</summary>
public sealed class KeyRingTests : IAsyncLifetime
{
    private static readonly string Old = "old:" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private static readonly string New = "new:" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private RedisServer _redis = null!;

    public async ValueTask InitializeAsync() => _redis = await RedisServer.StartAsync();

    public async ValueTask DisposeAsync() => await _redis.DisposeAsync();

    [Fact]
    public async Task With_a_server_key_the_ring_in_redis_shows_no_key()
    {
        await using var app = await StartAsync(Old);

        Protect(app, "text");

        var ring = await RingAsync();
        Assert.Contains("<sealedKey key=\"old\"", ring, StringComparison.Ordinal);
        Assert.DoesNotContain("<masterKey", ring, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_instance_with_the_same_server_key_opens_what_this_one_sealed()
    {
        await using var one = await StartAsync(Old);
        var seal = Protect(one, "text");
        await using var other = await StartAsync(Old);

        Assert.Equal("text", Unprotect(other, seal));
    }

    [Fact]
    public async Task A_new_server_key_put_before_the_old_one_closes_nothing()
    {
        await using var before = await StartAsync(Old);
        var seal = Protect(before, "text");
        await using var after = await StartAsync(New, Old);

        Assert.Equal("text", Unprotect(after, seal));
    }

    [Fact]
    public async Task A_key_from_before_there_were_server_keys_does_not_count_and_a_new_one_serves()
    {
        await using var before = await StartAsync();
        var seal = Protect(before, "text");
        Assert.Contains("<masterKey", await RingAsync(), StringComparison.Ordinal);
        await using var after = await StartAsync(New);

        Assert.Throws<CryptographicException>(() => Unprotect(after, seal));
        Assert.Equal("text", Unprotect(after, Protect(after, "text")));
    }

    [Fact]
    public async Task Forms_work_beside_an_entry_that_is_no_xml_and_readiness_tells_of_a_ring_that_is_none()
    {
        await using var app = await StartAsync(Old);
        await _redis.CliAsync("RPUSH", "DataProtection-Keys", "no XML", "<key/>", "<revocation/>");
        using var client = app.CreateClient();

        Assert.Contains("__RequestVerificationToken", await client.GetStringAsync("/signin"), StringComparison.Ordinal);
        Assert.Equal("Healthy", await client.GetStringAsync("/healthz/ready"));

        await _redis.CliAsync("SET", "DataProtection-Keys", "a string");
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/healthz/ready")).StatusCode);
    }

    [Fact]
    public async Task Without_the_server_key_the_ring_stays_shut_and_a_new_key_serves()
    {
        await using var before = await StartAsync(Old);
        var seal = Protect(before, "text");
        await using var after = await StartAsync(New);

        Assert.Throws<CryptographicException>(() => Unprotect(after, seal));
        Assert.Equal("text", Unprotect(after, Protect(after, "text")));
    }

    private Task<RunningApp> StartAsync(params string[] keys) => RunningApp.StartAsync(
        _redis.ConnectionString,
        [.. AppFixture.Settings, .. keys.Select((key, i) => $"Verification:Keys:{i}={key}"), "Logging:LogLevel:Default=None"]);

    private Task<string> RingAsync() => _redis.CliAsync("LRANGE", "DataProtection-Keys", "0", "-1");

    private static string Protect(RunningApp app, string text) => Protector(app).Protect(text);

    private static string Unprotect(RunningApp app, string seal) => Protector(app).Unprotect(seal);

    private static IDataProtector Protector(RunningApp app) =>
        app.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");
}
