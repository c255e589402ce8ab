using System.Security.Cryptography;
using System.Text;

using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using RedisSessions.Tests.Hosting;

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

    /// <summary>Entries changed at random, from a seed, and some that Data Protection itself stops at.</summary>
    [Fact]
    public async Task Entries_that_are_no_elements_of_a_ring_are_passed_over_with_one_warning()
    {
        await using var one = await StartAsync();
        var secret = one.Protector.Protect("hello");
        var entry = await Server.CliAsync("LINDEX", "DataProtection-Keys", "0");
        var random = new Random(20261129);
        string[] entries =
        [
            "no XML", "", "<key", entry, entry + entry, "<key id=\"no id\"/>", "<key/>", "<revocation/>", "<revocation><key id=\"no id\"/></revocation>",
            "<revocation><key id=\"*\"/></revocation>", "<revocation><key id=\"*\"/><revocationDate>never</revocationDate></revocation>",
            "<!DOCTYPE a [<!ENTITY b \"bb\">]><a>&b;</a>", "<unknown/>",
            .. Enumerable.Range(0, 150).Select(_ => Changed(entry, random)),
        ];
        await Server.CliAsync(["RPUSH", "DataProtection-Keys", .. entries]);

        var log = new CapturedLog();
        await using var other = await StartAsync(log: log);

        Assert.Equal("hello", other.Protector.Unprotect(secret));
        Assert.Equal("again", other.Protector.Unprotect(other.Protector.Protect("again")));
        other.Services.GetRequiredService<IKeyManager>().GetAllKeys();
        Assert.Single(log.OfSessions, line => line.Level == LogLevel.Warning && line.Text.Contains("passed over", StringComparison.Ordinal));
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

    private static string Changed(string entry, Random random)
    {
        var text = new StringBuilder(entry);
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            text[random.Next(text.Length)] = "<>/\"a1-& "[random.Next(9)];
        }

        return text.ToString();
    }

    private async Task<Instance> StartAsync(string key = "DataProtection-Keys", CapturedLog? log = null)
    {
        var client = await RedisClient.ConnectAsync(Server.ConnectionString);
        var services = new ServiceCollection().AddLogging(logging => logging.ClearProviders().AddProvider(log ?? new CapturedLog())).AddSingleton<IRedisClient>(client);
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
