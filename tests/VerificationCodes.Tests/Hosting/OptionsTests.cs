using System.Security.Cryptography;

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

using RespClient;

using VerificationCodes.Delivery;
using VerificationCodes.Delivery.Development;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Hosting;

/// <summary>What a process refuses to start with, and how it says so.</summary>
public sealed class OptionsTests
{
    private static readonly Dictionary<string, string?> Good = new()
    {
        ["Verification:Keys:0"] = CodeBench.TestKey,
        ["Verification:RunOutbox"] = "false",
        ["Smtp:Host"] = "mail.example.com",
        ["Smtp:From"] = "codes@example.com",
    };

    [Fact]
    public async Task A_complete_configuration_starts_in_production_without_complaint() => Assert.Null(await StartAsync(Environments.Production));

    [Theory]
    [InlineData("Verification:Keys:0", null, "Verification:Keys is empty")]
    [InlineData("Verification:Keys:0", "changeme", "Verification:Keys:0 is a placeholder")]
    [InlineData("Verification:Keys:0", "k:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "Verification:Keys:0 is a placeholder")]
    [InlineData("Verification:Keys:0", "k:cGxlYXNlIGNoYW5nZSBtZSBwbGVhc2UgY2hhbmdlIG1l", "Verification:Keys:0 is a placeholder")]
    [InlineData("Verification:Keys:0", "k:5VbZ0a0s1Jp3kg==", "Verification:Keys:0 is a placeholder")]
    [InlineData("Verification:Keys:0", "k:MEdIXKg0aQ1hzTqgM0Vl9gwv8S4Lr1ldZbCJ8mHDxA==", "Verification:Keys:0 is a placeholder")] // 31 bytes
    [InlineData("Verification:DevelopmentMailbox", "true", "Verification:DevelopmentMailbox is 'true'")]
    [InlineData("Verification:TriesPerCode", "0", "Verification:TriesPerCode is '0'; allowed: 1 to 10")]
    [InlineData("Verification:MissesPerDay", "0", "Verification:MissesPerDay is '0'; allowed: 5 to 100")]
    [InlineData("Verification:MissesOfAllPerHour", "99", "Verification:MissesOfAllPerHour is '99'; allowed: 100 to 1000000")]
    [InlineData("Verification:SendsPerHour", "0", "Verification:SendsPerHour is '0'; allowed: 1 to 100")]
    [InlineData("Verification:SendsPerDay", "0", "Verification:SendsPerDay is '0'; allowed: 5 to 1000")]
    [InlineData("Verification:SendsPerClientPerHour", "0", "Verification:SendsPerClientPerHour is '0'; allowed: 1 to 10000")]
    [InlineData("Verification:SendsPerMinute", "0", "Verification:SendsPerMinute is '0'; allowed: 1 to 1000000")]
    [InlineData("Verification:CodeLifetime", "00:10:01", "Verification:CodeLifetime is '00:10:01'; allowed: 00:01:00 to 00:10:00")]
    [InlineData("Verification:CoolDown", "00:00:00", "Verification:CoolDown is '00:00:00'; allowed: 00:00:01 to 00:10:00")]
    [InlineData("Verification:Captcha:WorkBits", "0", "Verification:Captcha:WorkBits is '0'; allowed: 8 to 24")]
    [InlineData("Verification:Captcha:PerClientPerMinute", "0", "Verification:Captcha:PerClientPerMinute is '0'; allowed: 1 to 10000")]
    [InlineData("Smtp:Host", "", "Smtp:Host is empty")]
    [InlineData("Smtp:StartTls", "false", "Smtp:StartTls is 'false'")]
    [InlineData("Smtp:From", "nobody", "Smtp:From is 'nobody'")]
    [InlineData("Smtp:Port", "0", "Smtp:Port is '0'; allowed: 1 to 65535")]
    [InlineData("Smtp:FromName", "a\r\nBcc: b", "Smtp:FromName has control characters")]
    [InlineData("Smtp:Timeout", "00:00:00", "Smtp:Timeout is '00:00:00'; allowed: 00:00:01 to 00:05:00")]
    [InlineData("Smtp:Connections", "0", "Smtp:Connections is '0'; allowed: 1 to 8")]
    [InlineData("Smtp:IdleTimeout", "00:06:00", "Smtp:IdleTimeout is '00:06:00'; allowed: 00:00:00 to 00:05:00")]
    [InlineData("Smtp:AccessTokenFile", "/nowhere/token", "Smtp:AccessTokenFile is set without Smtp:User")]
    [InlineData("Smtp:AccessTokenFile", "/nowhere/token", "Smtp:AccessTokenFile is '/nowhere/token'; allowed: a file that exists")]
    [InlineData("Smtp:Dkim:KeyFile", "/nowhere/key.pem", "Smtp:Dkim:KeyFile is '/nowhere/key.pem'; allowed: a file with an RSA private key in PEM")]
    [InlineData("Sms:Enabled", "true", "Sms:Countries is empty; allowed: one or more regions, such as DE.")]
    public async Task Production_does_not_start_and_names_the_key(string key, string? value, string said)
    {
        var failure = await StartAsync(Environments.Production, (key, value));

        Assert.Contains(said, failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("+49", "Sms:Countries:0 is '+49'; allowed: regions, here DE.")]
    [InlineData("+44", "Sms:Countries:0 is '+44'; allowed: regions, here GB and, where they are meant, GG, IM, JE.")]
    [InlineData("+999", "Sms:Countries:0 is '+999'; allowed: a region in two capitals (ISO 3166-1), such as DE.")]
    [InlineData("de", "Sms:Countries:0 is 'de'; allowed: a region in two capitals (ISO 3166-1), such as DE.")]
    [InlineData("Germany", "Sms:Countries:0 is 'Germany'; allowed: a region in two capitals (ISO 3166-1), such as DE.")]
    public async Task A_country_that_is_no_region_is_refused_and_a_prefix_of_former_versions_is_told_its_region(string value, string said)
    {
        Assert.Contains(said, await StartAsync(Environments.Production, ("Sms:Enabled", "true"), ("Sms:Countries:0", value)), StringComparison.Ordinal);
        Assert.Contains(said, await StartAsync(
            Environments.Production, ("Sms:Enabled", "true"), ("Sms:Countries:0", value), ("Verification:Remote", "http://127.0.0.1:50051")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sms:SendsPerHour", "0", "Sms:SendsPerHour is '0'; allowed: 1 to 100000")]
    [InlineData("Sms:SendsPerDay", "599", "Sms:SendsPerDay is '599'; allowed: 600 to 1000000")]
    [InlineData("Sms:SendsPerRegionPerHour", "0", "Sms:SendsPerRegionPerHour is '0'; allowed: 1 to 100000")]
    [InlineData("Sms:SendsPerPrefixPerHour", "0", "Sms:SendsPerPrefixPerHour is '0'; allowed: 1 to 100000")]
    public async Task A_budget_of_text_messages_out_of_range_is_refused(string key, string value, string said) =>
        Assert.Contains(said, await StartAsync(Environments.Production, ("Sms:Enabled", "true"), ("Sms:Countries:0", "DE"), (key, value)), StringComparison.Ordinal);

    [Theory]
    [InlineData("Verification:Grpc:Address", "0.0.0.0", "Verification:Grpc:Secret has 0 characters; allowed: 16 to 256, or none on loopback.")]
    [InlineData("Verification:Grpc:Secret", "short", "Verification:Grpc:Secret has 5 characters")]
    [InlineData("Verification:Grpc:Address", "localhost", "Verification:Grpc:Address is 'localhost'; allowed: an IP address.")]
    [InlineData("Verification:Remote", "ftp://10.0.0.1", "Verification:Remote is 'ftp://10.0.0.1/'; allowed: http://host:port")]
    [InlineData("Verification:Remote", "http://10.0.0.1:50051", "Verification:RemoteSecret has 0 characters; allowed beyond loopback: 16 or more.")]
    public async Task A_verification_service_that_strangers_reach_needs_a_secret(string key, string value, string said) =>
        Assert.Contains(said, await StartAsync(Environments.Production, ("Verification:Grpc:Enabled", "true"), (key, value)), StringComparison.Ordinal);

    [Fact]
    public async Task With_tls_from_the_first_byte_nothing_demands_starttls_and_a_password_may_go_over_it() => Assert.Null(await StartAsync(
        Environments.Production, ("Smtp:Port", "465"), ("Smtp:StartTls", "false"), ("Smtp:User", "site"), ("Smtp:Password", "secret")));

    [Fact]
    public async Task A_key_for_signing_that_is_too_short_is_refused_and_a_long_one_is_taken()
    {
        var file = Path.GetTempFileName();
        foreach (var (bits, said) in ((int, string?)[])[(1024, "Smtp:Dkim:KeyFile has a key of 1024 bits; allowed: 2048 or more."), (2048, null)])
        {
            using var key = RSA.Create(bits);
            await File.WriteAllTextAsync(file, key.ExportPkcs8PrivateKeyPem());
            Assert.Equal(said, await StartAsync(Environments.Production, ("Smtp:Dkim:KeyFile", file)));
        }

        File.Delete(file);
    }

    [Fact]
    public async Task A_process_that_sends_but_has_no_way_to_send_mail_does_not_start_and_is_told_what_to_add()
    {
        var sends = new Dictionary<string, string?>(Good) { ["Verification:RunOutbox"] = "true" };
        using var host = Build(Environments.Production, sends, withMail: false);

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("There is no way to send mail; needed: AddVerificationMail(configuration)", failure.Message, StringComparison.Ordinal);
        using var idle = Build(Environments.Production, Good, withMail: false);
        await idle.StartAsync();
        await idle.StopAsync();
    }

    [Fact]
    public async Task No_secret_of_the_configuration_is_repeated_in_the_message()
    {
        var failure = await StartAsync(Environments.Production, ("Verification:Keys:0", "k:c2VjcmV0c2VjcmV0"), ("Smtp:Password", "hunter2"), ("Smtp:Port", "0"));

        Assert.DoesNotContain("c2VjcmV0c2VjcmV0", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Development_starts_without_keys_and_servers_and_keeps_mail_in_the_mailbox()
    {
        using var host = Build(Environments.Development, new() { ["Verification:RunOutbox"] = "false" });
        await host.StartAsync();

        Assert.Same(host.Services.GetService<IDevelopmentMailbox>(), host.Services.GetService<IMailTransport>());
        await host.StopAsync();
        Assert.Contains(
            "Smtp:Host is empty", await StartAsync(Environments.Development, ("Smtp:Host", ""), ("Verification:DevelopmentMailbox", "false")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_no_development_mailbox_in_production()
    {
        using var host = Build(Environments.Production, Good);
        await host.StartAsync();

        Assert.Null(host.Services.GetService<IDevelopmentMailbox>());
        await host.StopAsync();
    }

    private static async Task<string?> StartAsync(string environment, params (string Key, string? Value)[] changes)
    {
        var settings = new Dictionary<string, string?>(Good);
        foreach (var (key, value) in changes)
        {
            settings[key] = value;
        }

        using var host = Build(environment, settings);
        try
        {
            await host.StartAsync();
            await host.StopAsync();
            return null;
        }
        catch (OptionsValidationException e)
        {
            return e.Message;
        }
    }

    private static IHost Build(string environment, Dictionary<string, string?> settings, bool withMail = true)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection(settings.Where(s => s.Value is not null));
        builder.Services.AddSingleton<IRedisClient, NoRedis>();
        builder.Services.AddVerificationCodes(builder.Configuration).AddVerificationGrpc(builder.Configuration);
        if (withMail)
        {
            builder.Services.AddVerificationMail(builder.Configuration);
        }

        return builder.Build();
    }
}
