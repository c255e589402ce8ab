using RedisSessionWeb.Tests.Host;

using TestServers;
using TestServers.Sms;

namespace RedisSessionWeb.Tests.Sms;

/// <summary>One application whose text messages go to a provider of their own on loopback; mails stay in the development mailbox.</summary>
public sealed class SmsFixture : IAsyncLifetime
{
    public RedisServer Redis { get; private set; } = null!;

    internal SmsProvider Provider { get; private set; } = null!;

    internal RunningApp App { get; private set; } = null!;

    /// <summary>What an application needs to send its text messages to a provider.</summary>
    internal static string[] SettingsFor(SmsProvider provider) =>
    [
        "Sms:Enabled=true", "Sms:Endpoint=" + provider.Endpoint, "Sms:User=" + SmsProvider.User, "Sms:Password=" + SmsProvider.Password,
        "Sms:From=+15005550006", "Sms:Domain=example.com", "Sms:Countries:0=DE", "Sms:Countries:1=CN", "Sms:Countries:2=US", "Sms:Countries:3=GB",
        "Sms:SendsPerPrefixPerHour=10000", "Sms:SendsPerRegionPerHour=10000", "Sms:SendsPerHour=10000", "Sms:SendsPerDay=10000",
    ];

    public async ValueTask InitializeAsync()
    {
        Redis = await RedisServer.StartAsync();
        Provider = await SmsProvider.StartAsync();
        App = await RunningApp.StartAsync(
            Redis.ConnectionString, [.. SettingsFor(Provider), "Verification:SendsPerClientPerHour=10000", "Verification:Captcha:WorkBits=8", "Verification:Captcha:PerClientPerMinute=10000"]);
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Provider.DisposeAsync();
        await Redis.DisposeAsync();
    }
}
