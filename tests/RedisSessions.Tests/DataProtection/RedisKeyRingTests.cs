using System.Security.Cryptography;

using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

using RespClient;

using TestServers;

namespace RedisSessions.Tests.DataProtection;

public sealed class RedisKeyRingTests : IAsyncLifetime
{
    private RedisServer? _server;

    private RedisServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync("--appendonly", "yes");

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    [Fact]
    public async Task What_one_instance_protects_another_reads()
    {
        await using var one = await StartAsync();
        await using var other = await StartAsync();

        var secret = one.Protector.Protect("hello");

        Assert.Equal("hello", other.Protector.Unprotect(secret));
        Assert.Equal("1", await Server.CliAsync("LLEN", "DataProtection-Keys"));
    }

    [Fact]
    public async Task Protected_data_survives_a_restart_of_Redis_and_of_the_application()
    {
        string secret;
        await using (var before = await StartAsync())
        {
            secret = before.Protector.Protect("hello");
        }

        await Server.StopAsync();
        await Server.StartAgainAsync();

        await using var after = await StartAsync();
        Assert.Equal("hello", after.Protector.Unprotect(secret));
    }

    [Fact]
    public async Task The_ring_lies_in_the_list_layout_of_Microsofts_package()
    {
        await using (var ours = await StartAsync("ring"))
        {
            ours.Protector.Protect("makes a key");
        }

        // As that package does it: RPUSH of one element's XML, LRANGE of all.
        var entry = await Server.CliAsync("LINDEX", "ring", "0");
        Assert.StartsWith("<key id=", entry, StringComparison.Ordinal);
        await Server.CliAsync("RPUSH", "copy", entry);
        Assert.Equal("-1", await Server.CliAsync("PTTL", "ring"));

        await using var reader = await StartAsync("copy");
        Assert.Single(reader.Services.GetRequiredService<IKeyManager>().GetAllKeys());
    }

    [Fact]
    public async Task A_revoked_key_opens_nothing_any_more()
    {
        await using var one = await StartAsync();
        var secret = one.Protector.Protect("hello");
        one.Services.GetRequiredService<IKeyManager>().RevokeAllKeys(TimeProvider.System.GetUtcNow());

        await using var other = await StartAsync();

        Assert.Throws<CryptographicException>(() => other.Protector.Unprotect(secret));
    }

    [Fact]
    public async Task A_deleted_key_leaves_the_ring_and_the_others_stay()
    {
        await using var one = await StartAsync();
        var keys = one.Services.GetRequiredService<IKeyManager>();
        var now = TimeProvider.System.GetUtcNow();
        var first = keys.CreateNewKey(now, now.AddDays(1));
        var second = keys.CreateNewKey(now, now.AddDays(90));
        var ring = (IDeletableXmlRepository)one.Services.GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlRepository!;

        Assert.True(ring.DeleteElements(elements => elements
            .Single(entry => entry.Element.Attribute("id")!.Value == first.KeyId.ToString()).DeletionOrder = 0));

        await using var other = await StartAsync();
        Assert.Equal(second.KeyId, Assert.Single(other.Services.GetRequiredService<IKeyManager>().GetAllKeys()).KeyId);
    }

    [Fact]
    public async Task Without_Redis_protecting_fails_and_works_once_it_is_back()
    {
        await using var one = await StartAsync();
        await Server.StopAsync();
        Assert.ThrowsAny<Exception>(() => one.Protector.Protect("hello"));

        await Server.StartAgainAsync();

        await Eventually.TrueAsync(() =>
        {
            try
            {
                return one.Protector.Unprotect(one.Protector.Protect("hello")) == "hello";
            }
            catch (CryptographicException)
            {
                return false;
            }
        });
    }

    private async Task<Instance> StartAsync(string key = "DataProtection-Keys")
    {
        var client = await RedisClient.ConnectAsync(Server.ConnectionString);
        var services = new ServiceCollection().AddLogging().AddSingleton<IRedisClient>(client);
        services.AddDataProtection().SetApplicationName("test").PersistKeysToRedis(key);
        return new Instance(services.BuildServiceProvider(), client);
    }

    private sealed record Instance(ServiceProvider Services, RedisClient Client) : IAsyncDisposable
    {
        public IDataProtector Protector => Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");

        public async ValueTask DisposeAsync()
        {
            await Services.DisposeAsync();
            await Client.DisposeAsync();
        }
    }
}
