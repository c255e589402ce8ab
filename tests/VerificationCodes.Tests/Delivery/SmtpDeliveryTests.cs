using System.Text.RegularExpressions;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

using TestServers;
using TestServers.Smtp;

using VerificationCodes.Addresses;
using VerificationCodes.Delivery;
using VerificationCodes.Mail;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Delivery;

/// <summary>What a real mail server receives, and what happens when it misbehaves.</summary>
public sealed partial class SmtpDeliveryTests(SharedRedis redis)
{
    [Fact]
    public async Task The_mail_server_receives_one_mail_with_text_and_html_for_one_mailbox()
    {
        await using var smtp = await SmtpServer.StartAsync(startTls: false);
        await using var bench = await StartAsync(smtp);

        var outcome = await bench.Codes.IssueAsync(CodeBench.Ask());
        await Eventually.TrueAsync(() => smtp.Mails.Count == 1);

        var mail = smtp.Mails[0];
        var code = CodeLine().Match(mail.Text).Groups[1].Value;
        Assert.Equal(["ann@example.com"], mail.To);
        Assert.Equal("codes@example.org", mail.From);
        Assert.Equal(["text/plain", "text/html"], mail.PartTypes);
        Assert.Equal("auto-generated", mail.Header("Auto-Submitted"));
        Assert.Equal("en", mail.Header("Content-Language"));
        Assert.Matches(@"^<[\w-]{22}@example\.org>$", mail.Header("Message-ID"));
        Assert.Equal($"Your RedisSessionWeb code (reference {outcome.Reference})", mail.Subject);
        Assert.Contains("for 10 more minutes", mail.Text, StringComparison.Ordinal);
        Assert.Contains("If it was not you, someone typed your address", mail.Text, StringComparison.Ordinal);
        Assert.Contains($">{code}<", mail.Html, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\">", mail.Html, StringComparison.Ordinal);
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(code)));
    }

    [Fact]
    public async Task A_chinese_page_sends_a_chinese_mail_also_on_a_resend()
    {
        await using var smtp = await SmtpServer.StartAsync(startTls: false);
        await using var bench = await StartAsync(smtp);
        var ask = CodeBench.Ask() with { Language = "zh-CN" };

        var outcome = await bench.Codes.IssueAsync(ask);
        await bench.AdvanceAsync(TimeSpan.FromSeconds(61));
        await bench.Codes.IssueAsync(ask);
        await Eventually.TrueAsync(() => smtp.Mails.Count == 2);

        Assert.All(smtp.Mails, mail =>
        {
            Assert.Equal($"RedisSessionWeb 验证码（编号 {outcome.Reference}）", mail.Subject);
            Assert.Contains("请勿将验证码告诉任何人", mail.Text, StringComparison.Ordinal);
            Assert.Contains("<html lang=\"zh-CN\">", mail.Html, StringComparison.Ordinal);
        });
        Assert.Equal(
            CodeLine().Match(smtp.Mails[0].Text).Groups[1].Value, CodeLine().Match(smtp.Mails[1].Text).Groups[1].Value);
    }

    [Fact]
    public async Task The_password_for_the_server_goes_over_tls_only()
    {
        await using var smtp = await SmtpServer.StartAsync("mailer", "not secret");
        await using var bench = await StartAsync(smtp, o =>
        {
            (o.StartTls, o.User, o.Password) = (true, "mailer", "not secret");
            o.Trust = (_, certificate, _, _) => certificate?.Subject == "CN=localhost";
        });

        await bench.Codes.IssueAsync(CodeBench.Ask());
        await Eventually.TrueAsync(() => smtp.Mails.Count == 1);

        Assert.True(smtp.Mails[0].Secure);
        Assert.Equal("mailer", smtp.Mails[0].User);
    }

    [Fact]
    public async Task A_server_without_starttls_gets_no_mail_where_tls_is_demanded()
    {
        await using var smtp = await SmtpServer.StartAsync(startTls: false);
        await using var bench = await StartAsync(smtp, o => o.StartTls = true);

        await bench.Codes.IssueAsync(CodeBench.Ask());
        await Eventually.TrueAsync(() => bench.Logs.Lines.Any(l => l.Contains("the mail server offers no STARTTLS", StringComparison.Ordinal)));

        Assert.Empty(smtp.Mails);
    }

    [Fact]
    public async Task A_server_without_smtputf8_is_not_tried_again_for_letters_outside_ascii_before_the_at_sign()
    {
        await using var smtp = await SmtpServer.StartAsync(startTls: false, utf8: false);
        await using var bench = await StartAsync(smtp);

        await bench.Codes.IssueAsync(CodeBench.Ask("νίκος@example.com"));
        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Dead == 1);

        Assert.Equal(
            "the mail server takes no letters outside ASCII before the @ (no SMTPUTF8)", (await bench.Service<IOutboxMonitor>().ListDeadLettersAsync())[0].Reason);
        await bench.Codes.IssueAsync(CodeBench.Ask("nikos@bücher.example"));
        await Eventually.TrueAsync(() => smtp.Mails.Count == 1);
    }

    [Fact]
    public async Task A_server_without_starttls_is_tried_again_whatever_letters_the_address_has()
    {
        await using var smtp = await SmtpServer.StartAsync(startTls: false, utf8: false);
        await using var bench = await StartAsync(smtp, o => o.StartTls = true);

        await bench.Codes.IssueAsync(CodeBench.Ask("νίκος@example.com"));

        await Eventually.TrueAsync(() => bench.Logs.Lines.Any(l => l.Contains("failed at attempt 1", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_server_with_an_unknown_certificate_gets_no_mail()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var bench = await StartAsync(smtp, o => o.StartTls = true);

        await bench.Codes.IssueAsync(CodeBench.Ask());
        await Eventually.TrueAsync(() => bench.Logs.Lines.Any(l => l.Contains("SslHandshakeException while connecting", StringComparison.Ordinal)));

        Assert.Empty(smtp.Mails);
    }

    [Fact]
    public async Task A_server_that_is_busy_gets_the_mail_once_when_it_is_not_any_more()
    {
        await using var smtp = await SmtpServer.StartAsync(startTls: false);
        await smtp.BehaveAsync(SmtpMode.Later);
        await using var bench = await StartAsync(smtp);
        await bench.Codes.IssueAsync(CodeBench.Ask());
        await Eventually.TrueAsync(() => bench.Logs.Lines.Any(l => l.Contains("SMTP 451", StringComparison.Ordinal)));

        await smtp.BehaveAsync(SmtpMode.Take);
        await bench.AdvanceAsync(TimeSpan.FromSeconds(3));
        await Eventually.TrueAsync(() => smtp.Mails.Count == 1);
        await bench.ReceiveMarkAsync(smtp);

        Assert.Equal(2, smtp.Mails.Count);
    }

    [Fact]
    public async Task A_server_that_is_down_gets_the_mail_once_when_it_is_up_again()
    {
        var smtp = await SmtpServer.StartAsync(startTls: false);
        await using var bench = await StartAsync(smtp);
        await smtp.DisposeAsync();
        await bench.Codes.IssueAsync(CodeBench.Ask());
        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Delayed == 1);

        await using var up = await SmtpServer.StartAsync(startTls: false, port: smtp.Port);
        await bench.AdvanceAsync(TimeSpan.FromSeconds(3));

        await Eventually.TrueAsync(() => up.Mails.Count == 1);
        Assert.Equal(["ann@example.com"], up.Mails[0].To);
    }

    [Fact]
    public async Task A_mail_whose_answer_was_cut_off_after_it_had_arrived_goes_out_once_more_as_the_same_mail()
    {
        await using var smtp = await SmtpServer.StartAsync(startTls: false);
        await smtp.BehaveAsync(SmtpMode.CutAtData);
        await using var bench = await StartAsync(smtp);
        await bench.Codes.IssueAsync(CodeBench.Ask());
        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Delayed == 1);

        await smtp.BehaveAsync(SmtpMode.Take);
        await bench.AdvanceAsync(TimeSpan.FromSeconds(3));
        await Eventually.TrueAsync(() => smtp.Mails.Count == 2);
        await bench.ReceiveMarkAsync(smtp);

        Assert.Equal(3, smtp.Mails.Count);
        Assert.Single(smtp.Mails.Take(2).Select(mail => mail.Header("Message-ID")).Distinct());
    }

    [Theory]
    [InlineData(550)]
    [InlineData(551)]
    [InlineData(552)]
    [InlineData(553)]
    [InlineData(554)]
    public async Task A_mailbox_refused_for_good_becomes_a_dead_letter_with_the_reason_and_no_nonce(int code)
    {
        await using var smtp = await SmtpServer.StartAsync(startTls: false);
        await smtp.RefuseAsync(code);
        await using var bench = await StartAsync(smtp);

        await bench.Codes.IssueAsync(CodeBench.Ask());
        var outbox = bench.Service<IOutboxMonitor>();
        await Eventually.TrueAsync(async () => (await outbox.ListDeadLettersAsync()).Count == 1);

        var letter = (await outbox.ListDeadLettersAsync())[0];
        Assert.Equal(($"SMTP {code}", 1), (letter.Reason, letter.Attempts));
        Assert.Equal("a***@example.com", letter.To);
        Assert.DoesNotContain("nonce", await redis.Server.CliAsync("XRANGE", bench.Prefix + "MAIL:dead", "-", "+"), StringComparison.Ordinal);
        Assert.Equal(0, (await outbox.CountAsync()).Waiting);
    }

    [Theory]
    [InlineData(SmtpMode.HangAtBanner, "no answer within 1 s")]
    [InlineData(SmtpMode.HangAtData, "no answer to the text; the mail may have been taken")]
    public async Task A_server_that_hangs_costs_one_attempt_and_gets_the_mail_once_it_answers(SmtpMode mode, string reason)
    {
        await using var smtp = await SmtpServer.StartAsync(startTls: false);
        await smtp.BehaveAsync(mode);
        await using var bench = await StartAsync(smtp, configure: o => o.SendTimeout = TimeSpan.FromSeconds(1));

        await bench.Codes.IssueAsync(CodeBench.Ask());
        await Eventually.TrueAsync(() => bench.Logs.Lines.Any(l => l.Contains(reason, StringComparison.Ordinal)));
        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Delayed == 1);

        await smtp.BehaveAsync(SmtpMode.Take);
        await bench.AdvanceAsync(TimeSpan.FromSeconds(3));
        await Eventually.TrueAsync(() => smtp.Mails.Count == 1);
    }

    [Fact]
    public async Task A_hundred_answers_are_there_before_the_mail_server_has_said_a_word()
    {
        await using var smtp = await SmtpServer.StartAsync(startTls: false);
        await smtp.BehaveAsync(SmtpMode.HangAtBanner);
        await using var bench = await StartAsync(smtp);
        for (var i = 0; i < 100; i++)
        {
            Assert.True((await bench.Codes.IssueAsync(CodeBench.Ask($"p{i}@example.com"))).IsSent);
        }

        // No attempt has come to an end, well or badly: all wait in the outbox or for the banner.
        Assert.Equal(new OutboxCounts(100, 0, 0), await bench.Service<IOutboxMonitor>().CountAsync());
        Assert.Empty(smtp.Mails);
        await smtp.BehaveAsync(SmtpMode.Take);
        await Eventually.TrueAsync(() => smtp.Mails.Select(m => m.To[0]).Distinct().Count() == 100);
        Assert.Equal(100, smtp.Mails.Count);
    }

    [Theory]
    [InlineData("a@example.com, b@example.com")]
    [InlineData("a@example.com\r\nBcc: b@example.com")]
    [InlineData("a@example.com\nRCPT TO:<b@example.com>")]
    [InlineData("<a@example.com>")]
    [InlineData("a@example.com\0")]
    public void Nothing_that_reaches_two_mailboxes_or_another_line_is_an_address(string text) =>
        Assert.False(EmailAddress.TryParse(text, out _));

    private Task<CodeBench> StartAsync(SmtpServer smtp, Action<SmtpOptions>? mail = null, Action<VerificationOptions>? configure = null) =>
        CodeBench.StartAsync(
            redis.Server,
            configure,
            services =>
            {
                services.RemoveAll<IMailTransport>();
                services.AddVerificationMail(o =>
                {
                    (o.Host, o.Port, o.From, o.StartTls) = ("localhost", smtp.Port, "codes@example.org", false);
                    mail?.Invoke(o);
                });
            });

    [GeneratedRegex(@"^    (\d{6})\r?$", RegexOptions.Multiline)]
    private static partial Regex CodeLine();
}
