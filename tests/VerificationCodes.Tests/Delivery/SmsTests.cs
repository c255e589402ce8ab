using System.Net;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

using TestServers;
using TestServers.Sms;

using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Delivery;
using VerificationCodes.Delivery.Development;
using VerificationCodes.Sms;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Delivery;

/// <summary>Codes that go to phone numbers.</summary>
public abstract class SmsTests(SharedRedis redis, Place place) : OutcomeTests(redis, place)
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

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    public async Task A_provider_in_trouble_gets_the_message_again_later(HttpStatusCode answer)
    {
        await using var provider = await SmsProvider.StartAsync();
        provider.Answer = n => n == 0 ? answer : HttpStatusCode.Created;
        await using var bench = await StartAsync(provider);
        await bench.Codes.IssueAsync(Ask("+4915123456789"));
        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Delayed == 1);

        await bench.AdvanceAsync(TimeSpan.FromSeconds(3));

        await Eventually.TrueAsync(() => provider.Messages.Count == 1);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.UnprocessableEntity)]
    public async Task A_number_the_provider_refuses_becomes_a_dead_letter(HttpStatusCode answer)
    {
        await using var provider = await SmsProvider.StartAsync();
        provider.Answer = _ => answer;
        await using var bench = await StartAsync(provider);

        await bench.Codes.IssueAsync(Ask("+4915123456789"));
        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Dead == 1);

        var letter = (await bench.Service<IOutboxMonitor>().ListDeadLettersAsync())[0];
        Assert.Equal(($"provider answered {(int)answer}", "+49*********89"), (letter.Reason, letter.To));
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
    [InlineData("+447400123456")]
    [InlineData("+493012345678")] // a landline
    [InlineData("+498001234567")] // free of charge
    [InlineData("+4970012345678")] // somebody's for life
    public async Task Numbers_of_countries_that_are_not_listed_and_numbers_that_are_not_mobile_get_nothing(string number)
    {
        await using var provider = await SmsProvider.StartAsync();
        await using var bench = await StartAsync(provider);

        Assert.Equal(IssueStatus.NotDeliverable, (await bench.Codes.IssueAsync(Ask(number))).Status);
    }

    [Fact]
    public async Task Where_sms_is_off_no_number_gets_anything()
    {
        await using var bench = await StartAsync();

        Assert.Equal(IssueStatus.NotDeliverable, (await bench.Codes.IssueAsync(Ask("+4915123456789"))).Status);
    }

    [Fact]
    public async Task Many_numbers_of_one_prefix_trip_its_breaker_and_no_other()
    {
        await using var provider = await SmsProvider.StartAsync();
        await using var bench = await StartAsync(provider, o => o.SendsPerPrefixPerHour = 3);
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await bench.Codes.IssueAsync(Ask($"+491512345678{i}"))).IsSent);
        }

        var refused = await bench.Codes.IssueAsync(Ask("+4915123456789"));

        Assert.Equal(IssueStatus.Busy, refused.Status);
        Assert.InRange(refused.RetryAfter.TotalSeconds, 3500, 3600);
        Assert.True((await bench.Codes.IssueAsync(Ask("+4917012345678"))).IsSent);
    }

    [Theory]
    [InlineData("hour")]
    [InlineData("day")]
    [InlineData("region")]
    public async Task Text_messages_have_budgets_of_their_own_for_an_hour_a_day_and_a_region(string which)
    {
        await using var provider = await SmsProvider.StartAsync();
        await using var bench = await StartAsync(
            provider,
            o =>
            {
                o.Countries.Add("GB");
                (o.SendsPerHour, o.SendsPerDay, o.SendsPerRegionPerHour) = which switch { "hour" => (2, 100, 100), "day" => (2, 2, 100), _ => (100, 100, 2) };
            },
            o => o.SendsPerMinute = 2);
        foreach (var number in new[] { "+4915123456780", "+4917012345678" })
        {
            Assert.True((await bench.Codes.IssueAsync(Ask(number))).IsSent);
        }

        var refused = await bench.Codes.IssueAsync(Ask("+4916012345678"));

        Assert.Equal(IssueStatus.Busy, refused.Status);
        var window = which == "day" ? TimeSpan.FromDays(1) : TimeSpan.FromHours(1);
        Assert.InRange(refused.RetryAfter, window - TimeSpan.FromMinutes(5), window);
        Assert.Equal(which == "region", (await bench.Codes.IssueAsync(Ask("+447400123456"))).IsSent);
        // Mail has its own: here two a minute, and no text message took one of them.
        Assert.True((await bench.Codes.IssueAsync(CodeBench.Ask("one@example.com"))).IsSent);
        Assert.True((await bench.Codes.IssueAsync(CodeBench.Ask("two@example.com"))).IsSent);
        Assert.Equal(IssueStatus.Busy, (await bench.Codes.IssueAsync(CodeBench.Ask("three@example.com"))).Status);
    }

    [Fact]
    public async Task A_number_has_one_budget_however_it_is_written_and_whoever_asks()
    {
        await using var provider = await SmsProvider.StartAsync();
        await using var bench = await StartAsync(provider);
        Assert.True((await bench.Codes.IssueAsync(Ask("+49 151 23456789"))).IsSent);

        var refused = await bench.Codes.IssueAsync(Ask("＋４９（０）－１５１－２３４５６７８９") with { Challenge = "browser-b", Purpose = CodePurpose.SignIn });

        Assert.Equal(IssueStatus.TooSoon, refused.Status);
        Assert.InRange(refused.RetryAfter.TotalSeconds, 30, 60);
    }

    [Fact]
    public async Task A_provider_that_fails_three_times_in_a_row_gets_nothing_new_until_it_works_again()
    {
        await using var provider = await SmsProvider.StartAsync();
        var isDown = true;
        provider.Answer = _ => isDown ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.Created;
        await using var bench = await StartAsync(provider);
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await bench.Codes.IssueAsync(Ask($"+491512345678{i}"))).IsSent);
        }

        await Eventually.TrueAsync(async () => await StatusAsync("+4915123456784") == IssueStatus.ProviderDown);
        var refused = await bench.Codes.IssueAsync(Ask("+4915123456785"));
        var keys = await bench.Server.CliAsync("KEYS", bench.Prefix + "*4915123456785");

        isDown = false;
        await bench.AdvanceAsync(TimeSpan.FromSeconds(3));
        await Eventually.TrueAsync(() => provider.Messages.Count >= 1);

        Assert.InRange(refused.RetryAfter.TotalSeconds, 1, 60);
        Assert.Equal("", keys.Trim());
        await Eventually.TrueAsync(async () => await StatusAsync("+4915123456786") == IssueStatus.Sent);
        async Task<IssueStatus> StatusAsync(string number) => (await bench.Codes.IssueAsync(Ask(number))).Status;
    }

    [Fact]
    public async Task The_third_failure_in_a_row_shuts_the_provider_off_for_a_minute_after_the_last()
    {
        await using var provider = await SmsProvider.StartAsync();
        await using var bench = await StartAsync(provider, verification: o => o.RunOutbox = false);
        var route = bench.Service<SmsRoute>();
        await route.FailedAsync();
        await route.FailedAsync();
        Assert.True((await bench.Codes.IssueAsync(Ask("+4915123456780"))).IsSent);
        await bench.AdvanceAsync(TimeSpan.FromSeconds(40));
        await route.FailedAsync();

        var refused = await bench.Codes.IssueAsync(Ask("+4915123456781"));

        Assert.Equal(IssueStatus.ProviderDown, refused.Status);
        Assert.InRange(refused.RetryAfter.TotalSeconds, 30, 60);
        await bench.AdvanceAsync(refused.RetryAfter);
        Assert.True((await bench.Codes.IssueAsync(Ask("+4915123456781"))).IsSent);
    }

    [Theory]
    [InlineData(DeliveryStatus.TryAgain)]
    [InlineData(DeliveryStatus.Delivered)]
    public async Task What_becomes_of_mails_says_nothing_of_the_provider_of_text_messages(DeliveryStatus becomes)
    {
        await using var provider = await SmsProvider.StartAsync();
        await using var bench = await StartAsync(provider);
        bench.Transport.Answer = _ => Task.FromResult(new DeliveryResult(becomes));
        for (var i = 0; becomes == DeliveryStatus.Delivered && i < 3; i++)
        {
            await bench.Service<SmsRoute>().FailedAsync();
        }

        for (var i = 0; i < 8; i++)
        {
            await bench.ReceiveAsync(CodeBench.Ask($"a{i}@example.com"));
        }

        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Waiting == 0);

        var isDown = (await bench.Codes.IssueAsync(Ask("+4915123456789"))).Status == IssueStatus.ProviderDown;

        Assert.Equal(becomes == DeliveryStatus.Delivered, isDown);
    }

    [Fact]
    public async Task Cancelling_ends_the_codes_of_a_number_as_those_of_a_mailbox()
    {
        await using var provider = await SmsProvider.StartAsync();
        await using var bench = await StartAsync(provider);
        await bench.Codes.IssueAsync(Ask("+4915123456789"));
        await Eventually.TrueAsync(() => provider.Messages.Count == 1);

        await bench.Codes.CancelAsync(Number("+4915123456789"));

        Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(
            new ConfirmRequest { Purpose = CodePurpose.ConfirmPhone, Address = Number("+4915123456789"), Challenge = "browser-a", Code = provider.Messages[0]["Body"][^6..] }));
    }

    [Fact]
    public async Task A_number_that_the_provider_refuses_is_no_trouble_of_the_provider()
    {
        await using var provider = await SmsProvider.StartAsync();
        provider.Answer = _ => HttpStatusCode.BadRequest;
        await using var bench = await StartAsync(provider);
        for (var i = 0; i < 4; i++)
        {
            Assert.True((await bench.Codes.IssueAsync(Ask($"+491512345678{i}"))).IsSent);
        }

        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Dead == 4);

        Assert.True((await bench.Codes.IssueAsync(Ask("+4915123456789"))).IsSent);
    }

    [Fact]
    public async Task A_captcha_is_not_used_up_while_the_provider_fails()
    {
        await using var provider = await SmsProvider.StartAsync();
        provider.Answer = _ => HttpStatusCode.InternalServerError;
        await using var bench = await StartAsync(provider, verification: o => o.Captcha.Image = true);
        var captcha = await CaptchaAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await bench.Codes.IssueAsync(Ask($"+491512345678{i}") with { WithoutCaptcha = true })).IsSent);
        }

        await Eventually.TrueAsync(async () =>
            (await bench.Codes.IssueAsync(Ask("+4915123456785") with { WithoutCaptcha = true })).Status == IssueStatus.ProviderDown);
        Assert.Equal(IssueStatus.ProviderDown, (await bench.Codes.IssueAsync(Ask("+4915123456784") with { Captcha = captcha })).Status);

        provider.Answer = _ => HttpStatusCode.Created;
        await bench.AdvanceAsync(TimeSpan.FromSeconds(61));

        Assert.Equal(IssueStatus.Sent, (await bench.Codes.IssueAsync(Ask("+4915123456784") with { Captcha = captcha })).Status);
        async Task<CaptchaAnswer> CaptchaAsync()
        {
            var challenge = (await bench.Captchas.CreateAsync()).Challenge!;
            return new CaptchaAnswer(challenge.Id, bench.Service<CaptchaAnswers>().TextOf(challenge.Id));
        }
    }

    [Fact]
    public async Task A_number_that_nobody_has_gets_the_same_answer_and_no_message()
    {
        await using var provider = await SmsProvider.StartAsync();
        await using var bench = await StartAsync(provider);

        var unknown = await bench.Codes.IssueAsync(Ask("+4915123456780") with { Instead = NoticeKind.NoAccount });
        var known = await bench.Codes.IssueAsync(Ask("+4915123456781"));
        await Eventually.TrueAsync(async () => provider.Messages.Count == 1 && (await bench.Service<IOutboxMonitor>().CountAsync()).Waiting == 0);

        Assert.Equal((known.Status, known.ResendAfter, known.Reference.Length), (unknown.Status, unknown.ResendAfter, unknown.Reference.Length));
        Assert.Equal("+4915123456781", provider.Messages[0]["To"]);
        Assert.Equal((0, 0), ((await bench.Service<IOutboxMonitor>().CountAsync()).Dead, (await bench.Service<IOutboxMonitor>().CountAsync()).Delayed));
        Assert.Contains(bench.Logs.Lines, l => l.Contains("+49*********80 not sent", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_request_leaves_no_half_of_a_code()
    {
        await using var provider = await SmsProvider.StartAsync();
        await using var bench = await StartAsync(provider, o => o.SendsPerPrefixPerHour = 1);
        await bench.Codes.IssueAsync(Ask("+4915123456780"));
        Assert.Equal(IssueStatus.Busy, (await bench.Codes.IssueAsync(Ask("+4915123456781"))).Status);

        Assert.Equal("", (await bench.Server.CliAsync("KEYS", bench.Prefix + "*4915123456781")).Trim());
    }

    [Fact]
    public async Task The_keys_of_a_code_to_a_number_are_written_in_one_command_and_all_expire()
    {
        await using var provider = await SmsProvider.StartAsync();
        await using var bench = await StartAsync(provider);
        await bench.Codes.IssueAsync(Ask("+4915123456780")); // loads the scripts
        await using var monitor = await Server.MonitorAsync();

        await bench.Codes.IssueAsync(Ask("+4917012345678"));

        var asked = (await monitor.CommandsAsync()).Where(line => line.Contains("4917012345678", StringComparison.Ordinal) && !line.Contains(" lua]", StringComparison.Ordinal));
        Assert.Contains("evalsha", Assert.Single(asked), StringComparison.OrdinalIgnoreCase);
        foreach (var key in (await bench.Server.CliAsync("KEYS", bench.Prefix + "*4917012345678")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.NotEqual("-1", await bench.Server.CliAsync("PTTL", key.Trim()));
        }
    }

    [Fact]
    public async Task The_development_mailbox_shows_mails_and_text_messages_newest_first()
    {
        await using var bench = await StartAsync(services: services =>
        {
            services.Configure<SmsOptions>(o => { o.Enabled = true; o.Countries.Add("DE"); });
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

    [Fact]
    public async Task The_development_mailbox_keeps_two_hundred_messages_for_an_hour()
    {
        await using var bench = await StartAsync();
        var mailbox = ActivatorUtilities.CreateInstance<DevelopmentMailbox>(bench.Service<IServiceProvider>());
        for (var i = 0; i < 201; i++)
        {
            await mailbox.SendAsync(new OutgoingSms(Number("+4915123456789"), $"{i}"), CancellationToken.None);
        }

        Assert.Equal("200", (await Server.CliAsync("LLEN", bench.Prefix + "DEV:mailbox")).Trim());
        Assert.Equal("200", (await mailbox.ListAsync(null, CancellationToken.None))[0].Text);
        Assert.InRange(int.Parse(await Server.CliAsync("TTL", bench.Prefix + "DEV:mailbox"), System.Globalization.CultureInfo.InvariantCulture), 3500, 3600);
    }

    private static PhoneNumber Number(string text) => PhoneNumber.TryParse(text, out var number) ? number : throw new ArgumentException(text);

    private static IssueRequest Ask(string number) =>
        new() { Purpose = CodePurpose.ConfirmPhone, Address = Number(number), Challenge = "browser-a" };

    private Task<CodeBench> StartAsync(SmsProvider provider, Action<SmsOptions>? configure = null, Action<VerificationOptions>? verification = null) => StartAsync(verification, services =>
    {
        services.Configure<SmsOptions>(o =>
        {
            (o.Enabled, o.Endpoint, o.User, o.Password, o.From, o.Domain) =
                (true, provider.Endpoint, SmsProvider.User, SmsProvider.Password, "+15005550006", "example.com");
            o.Countries.Add("DE");
            configure?.Invoke(o);
        });
        services.AddSingleton<ISmsTransport>(sp => new HttpSmsTransport(new HttpClient(), sp.GetRequiredService<IOptions<SmsOptions>>()));
    });
}

public sealed class SmsTestsHere(SharedRedis redis) : SmsTests(redis, Place.Here);

public sealed class SmsTestsRemote(SharedRedis redis) : SmsTests(redis, Place.Remote);
