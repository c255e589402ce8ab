using System.Net;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

using TestServers;

using VerificationCodes.Addresses;
using VerificationCodes.Delivery;
using VerificationCodes.Delivery.Development;
using VerificationCodes.Delivery.Sms;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Delivery;

/// <summary>Codes that go to phone numbers.</summary>
public sealed class SmsTests(SharedRedis redis)
{
    [Fact]
    public async Task The_provider_receives_the_code_as_a_form_with_the_line_that_browsers_read()
    {
        await using var provider = await SmsProvider.StartAsync();
        await using var bench = await StartAsync(provider);

        var outcome = await bench.Codes.IssueAsync(Ask("+49 151 23456789"));
        await Eventually.TrueAsync(() => provider.Messages.Count == 1);

        var message = provider.Messages[0];
        Assert.Equal(("+4915123456789", "+15005550006"), (message["To"], message["From"]));
        Assert.Matches($@"^RedisSessionWeb: your code is \d{{6}}, valid for 10 min, reference {outcome.Reference}\. .*\n\n@example\.com #\d{{6}}$", message["Body"]);
        var code = message["Body"][^6..];
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(
            new ConfirmRequest { Purpose = CodePurpose.ConfirmPhone, Address = Number("+4915123456789"), Challenge = "browser-a", Code = code }));
    }

    [Fact]
    public async Task A_provider_in_trouble_gets_the_message_again_later()
    {
        await using var provider = await SmsProvider.StartAsync();
        provider.Answer = n => n == 0 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.Created;
        await using var bench = await StartAsync(provider);
        await bench.Codes.IssueAsync(Ask("+4915123456789"));
        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Delayed == 1);

        await bench.AdvanceAsync(TimeSpan.FromSeconds(3));

        await Eventually.TrueAsync(() => provider.Messages.Count == 1);
    }

    [Fact]
    public async Task A_number_the_provider_refuses_becomes_a_dead_letter()
    {
        await using var provider = await SmsProvider.StartAsync();
        provider.Answer = _ => HttpStatusCode.BadRequest;
        await using var bench = await StartAsync(provider);

        await bench.Codes.IssueAsync(Ask("+4915123456789"));
        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Dead == 1);

        var letter = (await bench.Service<IOutboxMonitor>().ListDeadLettersAsync())[0];
        Assert.Equal(("provider answered 400", "+49*********89"), (letter.Reason, letter.To));
    }

    [Fact]
    public async Task A_refused_sign_in_at_the_provider_is_tried_again_because_it_can_be_mended()
    {
        await using var provider = await SmsProvider.StartAsync();
        await using var bench = await StartAsync(provider, o => o.Password = "wrong");

        await bench.Codes.IssueAsync(Ask("+4915123456789"));

        await Eventually.TrueAsync(() => bench.Logs.Lines.Any(l => l.Contains("provider answered 401", StringComparison.Ordinal)));
        Assert.DoesNotContain(bench.Logs.Lines, l => l.Contains("wrong", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("+8613800138000")]
    [InlineData("+442079460000")]
    public async Task Numbers_of_countries_that_are_not_listed_get_nothing(string number)
    {
        await using var provider = await SmsProvider.StartAsync();
        await using var bench = await StartAsync(provider);

        Assert.Equal(IssueStatus.NotDeliverable, (await bench.Codes.IssueAsync(Ask(number))).Status);
    }

    [Fact]
    public async Task Where_sms_is_off_no_number_gets_anything()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server);

        Assert.Equal(IssueStatus.NotDeliverable, (await bench.Codes.IssueAsync(Ask("+4915123456789"))).Status);
    }

    [Fact]
    public async Task Many_numbers_of_one_prefix_trip_its_breaker_and_no_other()
    {
        await using var provider = await SmsProvider.StartAsync();
        await using var bench = await StartAsync(provider, o => o.SendsPerPrefixPerHour = 3);
        for (var i = 0; i < 3; i++)
            Assert.True((await bench.Codes.IssueAsync(Ask($"+491512345678{i}"))).IsSent);

        var refused = await bench.Codes.IssueAsync(Ask("+4915123456789"));

        Assert.Equal(IssueStatus.Busy, refused.Status);
        Assert.InRange(refused.RetryAfter.TotalSeconds, 3500, 3600);
        Assert.True((await bench.Codes.IssueAsync(Ask("+4917012345678"))).IsSent);
    }

    [Fact]
    public async Task The_development_mailbox_shows_mails_and_text_messages_newest_first()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server, services: services =>
        {
            services.Configure<SmsOptions>(o => { o.Enabled = true; o.Countries.Add("+49"); });
            services.AddSingleton<IMailTransport>(sp => sp.GetRequiredService<DevelopmentMailbox>());
            services.AddSingleton<ISmsTransport>(sp => sp.GetRequiredService<DevelopmentMailbox>());
        });
        var mailbox = bench.Service<IDevelopmentMailbox>();
        await bench.Codes.IssueAsync(CodeBench.Ask());
        await Eventually.TrueAsync(async () => (await mailbox.ListAsync()).Count == 1);
        await bench.Codes.IssueAsync(Ask("+4915123456789"));
        await Eventually.TrueAsync(async () => (await mailbox.ListAsync()).Count == 2);

        var messages = await mailbox.ListAsync();
        Assert.Equal([true, false], messages.Select(m => m.IsSms));
        Assert.Equal(messages[1], await mailbox.FindAsync(messages[1].Id));
        Assert.Equal(messages[1], Assert.Single(await mailbox.ListAsync("ann@example.com")));
        Assert.Matches(@"\d{6}", messages[1].Text);
        await mailbox.ClearAsync();
        Assert.Empty(await mailbox.ListAsync());
        Assert.Null(await mailbox.FindAsync(messages[1].Id));
    }

    private static PhoneNumber Number(string text) => PhoneNumber.TryParse(text, out var number) ? number : throw new ArgumentException(text);

    private static IssueRequest Ask(string number) =>
        new() { Purpose = CodePurpose.ConfirmPhone, Address = Number(number), Challenge = "browser-a" };

    private Task<CodeBench> StartAsync(SmsProvider provider, Action<SmsOptions>? configure = null) => CodeBench.StartAsync(redis.Server, services: services =>
    {
        services.Configure<SmsOptions>(o =>
        {
            (o.Enabled, o.Endpoint, o.User, o.Password, o.From, o.Domain) =
                (true, provider.Endpoint, SmsProvider.User, SmsProvider.Password, "+15005550006", "example.com");
            o.Countries.Add("+49");
            configure?.Invoke(o);
        });
        services.AddSingleton<ISmsTransport>(sp => new HttpSmsTransport(new HttpClient(), sp.GetRequiredService<IOptions<SmsOptions>>()));
    });
}
