using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Behaviours;

/// <summary>Behaviour 11: nothing replayable in a dump of Redis.</summary>
public sealed class DumpTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task A_dump_of_redis_holds_no_secret_id_in_any_key_field_or_member()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        await browser.GetAsync("/sign-in?user=anna");
        await browser.GetAsync("/renew");

        var dump = await DumpAsync();

        Assert.Contains(SessionRedis.PublicOf(browser.Cookie!), dump, StringComparison.Ordinal);
        Assert.DoesNotContain(browser.Cookie!, dump, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_record_reads_as_plain_fields_in_redis_cli()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=name&v=Zo%C3%AB");
        await browser.GetAsync("/count");
        await browser.GetAsync("/set?k=@odd&v=1");
        var key = SessionRedis.KeyOf(browser.Cookie!);

        Assert.Equal("Zoë", await redis.Server.FieldAsync(key, "name"));
        Assert.Equal("1", await redis.Server.FieldAsync(key, "n"));
        Assert.Equal("1", await redis.Server.FieldAsync(key, "@@odd"));
        Assert.Equal("3", await redis.Server.FieldAsync(key, "@version"));
        Assert.Equal("1", await redis.Server.FieldAsync(key, "@format"));
        Assert.Equal("604800000", await redis.Server.FieldAsync(key, "@lifetime"));
        Assert.Equal("@odd,n,name", (await browser.GetAsync("/keys")).Body);
    }

    [Fact]
    public async Task Protected_values_and_principals_are_unreadable_in_redis_and_readable_on_another_instance()
    {
        await using var one = await StartProtectedAsync();
        await using var two = await StartProtectedAsync();
        using var browser = one.NewBrowser();
        await browser.GetAsync("/set?k=a&v=confidential");
        await browser.GetAsync("/sign-in?user=secret-name");
        using var other = browser.At(two.Address);

        Assert.Equal("confidential", (await other.GetAsync("/get?k=a")).Body);
        Assert.Equal("secret-name", (await other.GetAsync("/me")).Body);
        var record = await redis.Server.CliAsync("HGETALL", SessionRedis.KeyOf(browser.Cookie!));
        Assert.DoesNotContain("confidential", record, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-name", await redis.Server.CliAsync("HGET", SessionRedis.KeyOf(browser.Cookie!), "@ticket"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_protected_value_copied_to_another_key_of_the_record_is_not_accepted()
    {
        await using var app = await StartProtectedAsync();
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=role&v=user");
        await browser.GetAsync("/set?k=nickname&v=admin");
        var key = SessionRedis.KeyOf(browser.Cookie!);

        await redis.Server.CliAsync(
            "EVAL", "redis.call('HSET', KEYS[1], 'role', redis.call('HGET', KEYS[1], 'nickname'))", "1", key);

        Assert.Equal("none", (await browser.GetAsync("/get?k=role")).Body);
    }

    private Task<SessionApp> StartProtectedAsync() => SessionApp.StartAsync(new SessionAppSetup
    {
        Redis = redis.Server.ConnectionString,
        Options = o => o.ProtectData = true,
        Services = services => services.AddDataProtection().SetApplicationName("tests").PersistKeysToRedis(),
    });

    private async Task<string> DumpAsync()
    {
        var all = new List<string>();
        foreach (var key in await redis.Server.KeysAsync("*"))
        {
            all.Add(key);
            all.Add(await redis.Server.CliAsync("HGETALL", key));
            all.Add(await redis.Server.CliAsync("ZRANGE", key, "0", "-1"));
        }

        return string.Join('\n', all);
    }
}
