using System.Net;

using TestServers;

using VerificationCodes.Delivery;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.RateLimiting;

/// <summary>Who may have a message sent, how often, and what the refused are told.</summary>
public abstract class SendDecisionTests(SharedRedis redis, Place place) : OutcomeTests(redis, place)
{
    [Fact]
    public async Task A_hundred_requests_at_once_for_one_address_send_exactly_one_mail()
    {
        await using var bench = await StartAsync();

        var all = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => bench.Codes.IssueAsync(CodeBench.Ask()).AsTask())));

        Assert.Single(all, o => o.IsSent);
        Assert.Equal(99, all.Count(o => o.Status == IssueStatus.TooSoon && o.IsLimited));
        // A mail to another address marks the end of what could still come.
        await bench.ReceiveAsync(CodeBench.Ask("mark@example.com"));
        await Eventually.TrueAsync(() => bench.Transport.Mails.Count >= 2);
        Assert.Equal(2, bench.Transport.Mails.Count);
    }

    [Fact]
    public async Task A_refusal_tells_the_seconds_after_which_asking_succeeds()
    {
        await using var bench = await StartAsync();
        await bench.ReceiveAsync();
        await bench.AdvanceAsync(TimeSpan.FromSeconds(20));

        var refused = await bench.Codes.IssueAsync(CodeBench.Ask());
        Assert.Equal(IssueStatus.TooSoon, refused.Status);
        Assert.InRange(refused.RetryAfter.TotalSeconds, 30, 40);

        await bench.AdvanceAsync(refused.RetryAfter);
        Assert.True((await bench.Codes.IssueAsync(CodeBench.Ask())).IsSent);
    }

    [Fact]
    public async Task An_address_gets_five_messages_an_hour_and_is_told_when_the_next_may_go()
    {
        await using var bench = await StartAsync();
        for (var i = 0; i < 5; i++)
        {
            Assert.True((await bench.Codes.IssueAsync(CodeBench.Ask(challenge: $"{i}"))).IsSent);
            await bench.AdvanceAsync(TimeSpan.FromSeconds(100));
        }

        var refused = await bench.Codes.IssueAsync(CodeBench.Ask());
        Assert.Equal(IssueStatus.AddressLimit, refused.Status);
        Assert.InRange(refused.RetryAfter.TotalSeconds, 3060, 3100);

        await bench.AdvanceAsync(refused.RetryAfter);
        Assert.True((await bench.Codes.IssueAsync(CodeBench.Ask())).IsSent);
    }

    [Fact]
    public async Task An_address_gets_ten_messages_in_any_twenty_four_hours()
    {
        await using var bench = await StartAsync();
        for (var i = 0; i < 10; i++)
        {
            Assert.True((await bench.Codes.IssueAsync(CodeBench.Ask())).IsSent);
            await bench.AdvanceAsync(TimeSpan.FromHours(1));
        }

        var refused = await bench.Codes.IssueAsync(CodeBench.Ask());

        Assert.Equal(IssueStatus.AddressLimit, refused.Status);
        Assert.InRange(refused.RetryAfter.TotalHours, 13.9, 14);
    }

    [Fact]
    public async Task Plus_and_dot_variants_of_one_mailbox_share_its_budget_where_the_provider_ignores_them()
    {
        await using var bench = await StartAsync(o => o.SendsPerHour = 2);
        Assert.True((await bench.Codes.IssueAsync(CodeBench.Ask("ann.lee@gmail.com"))).IsSent);
        Assert.True((await bench.Codes.IssueAsync(CodeBench.Ask("annlee+shop@googlemail.com"))).IsSent);

        Assert.Equal(IssueStatus.AddressLimit, (await bench.Codes.IssueAsync(CodeBench.Ask("a.n.n.l.e.e+x@gmail.com"))).Status);
        foreach (var other in new[] { "ann.lee@example.com", "annlee@example.com", "annlee+shop@example.com" })
        {
            Assert.True((await bench.Codes.IssueAsync(CodeBench.Ask(other))).IsSent);
        }

        for (var i = 0; i < 21; i++)
        {
            await bench.Notices.SendAsync(new Notice(NoticeKind.PasswordChanged, CodeBench.Email($"bob+{i}@outlook.com")));
        }

        Assert.Single(bench.Logs.Lines, line => line.Contains("PasswordChanged to b***@outlook.com dropped", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", "192.0.2.8")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:3::1")]
    [InlineData("192.0.2.9", "::ffff:192.0.2.9", "2001:db8::9")]
    public async Task A_client_is_limited_by_its_network_and_others_are_not(string first, string same, string other)
    {
        await using var bench = await StartAsync(o => o.SendsPerClientPerHour = 2);
        IssueRequest From(string to, string ip) => CodeBench.Ask(to) with { ClientAddress = IPAddress.Parse(ip) };
        Assert.True((await bench.Codes.IssueAsync(From("a@example.com", first))).IsSent);
        Assert.True((await bench.Codes.IssueAsync(From("b@example.com", same))).IsSent);

        var refused = await bench.Codes.IssueAsync(From("c@example.com", same));

        Assert.Equal(IssueStatus.ClientLimit, refused.Status);
        Assert.InRange(refused.RetryAfter.TotalSeconds, 3500, 3600);
        Assert.True((await bench.Codes.IssueAsync(From("c@example.com", other))).IsSent);
    }

    [Fact]
    public async Task The_breaker_stops_everybody_until_its_minute_is_over()
    {
        await using var bench = await StartAsync(o => o.SendsPerMinute = 3);
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await bench.Codes.IssueAsync(CodeBench.Ask($"a{i}@example.com"))).IsSent);
            await bench.AdvanceAsync(TimeSpan.FromSeconds(10));
        }

        var refused = await bench.Codes.IssueAsync(CodeBench.Ask("a4@example.com"));

        // The minute begins with the first message.
        Assert.Equal(IssueStatus.Busy, refused.Status);
        Assert.InRange(refused.RetryAfter.TotalSeconds, 1, 30);
        await bench.AdvanceAsync(refused.RetryAfter);
        Assert.True((await bench.Codes.IssueAsync(CodeBench.Ask("a4@example.com"))).IsSent);
    }

    [Fact]
    public async Task Of_several_limits_the_one_that_lasts_longest_is_told()
    {
        await using var bench = await StartAsync(o => (o.SendsPerHour, o.SendsPerMinute) = (1, 1));
        Assert.True((await bench.Codes.IssueAsync(CodeBench.Ask())).IsSent);

        var refused = await bench.Codes.IssueAsync(CodeBench.Ask());

        Assert.Equal(IssueStatus.AddressLimit, refused.Status);
        Assert.InRange(refused.RetryAfter.TotalSeconds, 3500, 3600);
    }

    [Fact]
    public async Task A_refused_request_counts_towards_no_limit()
    {
        await using var bench = await StartAsync();
        await bench.ReceiveAsync();
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(IssueStatus.TooSoon, (await bench.Codes.IssueAsync(CodeBench.Ask())).Status);
        }

        await bench.AdvanceAsync(TimeSpan.FromSeconds(60));

        Assert.True((await bench.Codes.IssueAsync(CodeBench.Ask())).IsSent);
    }

    [Fact]
    public async Task A_send_that_could_not_be_queued_spends_no_budget_and_no_cool_down()
    {
        await using var bench = await StartAsync(
            o => (o.RunOutbox, o.SendsPerHour, o.SendsPerDay, o.SendsPerClientPerHour, o.SendsPerMinute) = (false, 1, 1, 1, 1));
        var request = CodeBench.Ask() with { ClientAddress = IPAddress.Loopback };
        var outbox = bench.Prefix + "MAIL:outbox";
        await Server.CliAsync("SET", outbox, "no stream");

        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<VerificationUnavailableException>(() => bench.Codes.IssueAsync(request).AsTask());
        }

        await Server.CliAsync("DEL", outbox);
        Assert.True((await bench.Codes.IssueAsync(request)).IsSent);
    }

    [Fact]
    public async Task A_question_for_a_code_and_an_answer_to_it_cost_one_command_each()
    {
        await using var bench = await StartAsync(o => o.RunOutbox = false);
        var ask = CodeBench.Ask() with { ClientAddress = IPAddress.Loopback, KnownBrowser = "known" };
        await bench.Codes.IssueAsync(ask);
        await bench.ConfirmAsync(CodeBench.Try("123456"));
        await bench.AdvanceAsync(TimeSpan.FromSeconds(60));
        await using var monitor = await Server.MonitorAsync();

        Assert.True((await bench.Codes.IssueAsync(ask)).IsSent);
        await bench.ConfirmAsync(CodeBench.Try("123456"));

        Assert.Equal(2, (await monitor.CommandsAsync()).Count(line => line.Contains(bench.Prefix, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_notice_that_could_not_be_queued_counts_towards_no_limit()
    {
        await using var bench = await StartAsync(o => o.RunOutbox = false);
        var outbox = bench.Prefix + "MAIL:outbox";
        await Server.CliAsync("SET", outbox, "no stream");

        await Assert.ThrowsAsync<VerificationUnavailableException>(
            () => bench.Notices.SendAsync(new Notice(NoticeKind.PasswordChanged, CodeBench.Email())).AsTask());

        Assert.Equal(outbox, (await Server.CliAsync("KEYS", bench.Prefix + "*")).Trim());
    }

    [Fact]
    public async Task Every_key_that_a_flow_leaves_behind_expires()
    {
        await using var bench = await StartAsync();
        var code = await bench.ReceiveAsync(CodeBench.Ask() with { ClientAddress = IPAddress.Loopback });
        await bench.ConfirmAsync(CodeBench.Try(CodeBench.Other(code)));

        var keys = (await Server.CliAsync("KEYS", bench.Prefix + "*")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.True(keys.Length >= 6, string.Join(' ', keys));
        foreach (var key in keys)
        {
            Assert.True(long.Parse(await Server.CliAsync("PTTL", key), System.Globalization.CultureInfo.InvariantCulture) > 0, key);
        }

        Assert.InRange(long.Parse(await Server.CliAsync("PTTL", $"{bench.Prefix}code_register:ann@example.com"), System.Globalization.CultureInfo.InvariantCulture), 1, 600_000);
    }
}

public sealed class SendDecisionTestsHere(SharedRedis redis) : SendDecisionTests(redis, Place.Here);

public sealed class SendDecisionTestsRemote(SharedRedis redis) : SendDecisionTests(redis, Place.Remote);
