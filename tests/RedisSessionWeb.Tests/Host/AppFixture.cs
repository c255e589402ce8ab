using TestServers;

namespace RedisSessionWeb.Tests.Host;

/// <summary>One Redis and one application for the tests of a class. No captcha: those have tests of their own.</summary>
public class AppFixture : IAsyncLifetime
{
    /// <summary>The client of this application.</summary>
    protected virtual string Client => "RespClient";

    internal static readonly string[] Settings =
    [
        "Verification:Captcha:Image=false",
        "Verification:Captcha:ProofOfWork=false",
        "Verification:SendsPerClientPerHour=10000",
    ];

    public RedisServer Redis { get; private set; } = null!;

    internal RunningApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Redis = await RedisServer.StartAsync();
        App = await RunningApp.StartAsync(Redis.ConnectionString, [.. Settings, "Redis:Client=" + Client]);
    }

    /// <summary>As if the minute between two mails to one address had passed.</summary>
    internal Task ForgetCoolDownsAsync() => ForgetCoolDownsAsync(Redis);

    internal static Task ForgetCoolDownsAsync(RedisServer redis) =>
        redis.CliAsync("EVAL", "for _, key in ipairs(redis.call('KEYS', 'is_send_*')) do redis.call('DEL', key) end", "0");

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await App.DisposeAsync();
        await Redis.DisposeAsync();
    }
}

/// <summary>The same over StackExchange.Redis.</summary>
public sealed class StackExchangeRedisFixture : AppFixture
{
    protected override string Client => "StackExchange.Redis";
}
