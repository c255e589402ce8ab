using System.Globalization;
using System.Net;

using Microsoft.Extensions.DependencyInjection;

using RedisSessionWeb.Tests.Host;

using TestServers;
using TestServers.Smtp;

using VerificationCodes.Delivery;

namespace RedisSessionWeb.Tests.Delivery;

/// <summary>People ask for codes over HTTP while the mail server misbehaves: answers do not wait for it, and mails get there.</summary>
public sealed class MailServerFaultTests(ITestOutputHelper output) : IAsyncLifetime
{
    /// <summary>Requests per fault. The long run is a measurement: its figures are in docs/verification-codes.md.</summary>
    private static readonly int Requests = Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 300 : 10;

    private RedisServer _redis = null!;

    /// <summary>What the tests make the mail server do.</summary>
    public enum Fault
    {
        None,
        SlowByThreeSeconds,
        Answers451,
        Answers550,
        HangsAtBanner,
        HangsAtData,
        Down,
    }

    public async ValueTask InitializeAsync() => _redis = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    [Fact]
    public async Task Every_answer_is_there_before_the_mail_server_has_said_a_word()
    {
        await using var smtp = await SmtpServer.StartAsync(startTls: false);
        await smtp.BehaveAsync(SmtpMode.HangAtBanner);
        await using var app = await StartAsync(smtp.Port, sendTimeout: "00:01:00");
        var outbox = app.Services.GetRequiredService<IOutboxMonitor>();

        for (var i = 0; i < 20; i++)
        {
            await AskAsync(app, $"p{i}@example.com");
        }

        // No attempt has come to an end, well or badly: all wait in the outbox or for the banner.
        await Eventually.TrueAsync(() => smtp.Connections == 8);
        Assert.Equal(new OutboxCounts(20, 0, 0), await outbox.CountAsync());
        Assert.Empty(smtp.Mails);
        await smtp.BehaveAsync(SmtpMode.Take);
        await Eventually.TrueAsync(async () => await outbox.CountAsync() == new OutboxCounts(0, 0, 0));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"p{i}@example.com").Order(), smtp.Mails.Select(m => Assert.Single(m.To)).Order());
    }

    /// <summary>
    /// With two threads for all work, sends that held a thread each while the server thinks would leave none for the check.
    /// </summary>
    [Fact]
    public async Task Sixteen_mails_to_a_server_that_thinks_about_each_do_not_hold_up_the_health_check()
    {
        await using var smtp = new ScriptedSmtpServer(word => word == "TEXT" ? null : ScriptedSmtpServer.UsualAnswer(word));
        await using var app = await AppProcess.StartAsync(
            Path.GetDirectoryName(typeof(Program).Assembly.Location)!,
            Path.GetTempPath(),
            _redis.ConnectionString,
            mostThreads: 2,
            SettingsFor(smtp.Port, sendTimeout: "00:01:00"));
        for (var i = 0; i < 16; i++)
        {
            using var visit = new Visit(app.Address);
            await visit.OpenAsync("/register");
            await visit.SubmitAsync(("Email", $"p{i}@example.com"));
        }

        // Eight are at the point where the server thinks; the others wait for their place.
        await Eventually.TrueAsync(() => smtp.Count("TEXT") == 8);
        using var http = new HttpClient { BaseAddress = app.Address };
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/healthz/live")).StatusCode);
        }

        Assert.Equal(8, smtp.Count("TEXT"));
    }

    [Theory]
    [InlineData(Fault.None)]
    [InlineData(Fault.SlowByThreeSeconds)]
    [InlineData(Fault.Answers451)]
    [InlineData(Fault.Answers550)]
    [InlineData(Fault.HangsAtBanner)]
    [InlineData(Fault.HangsAtData)]
    [InlineData(Fault.Down)]
    public async Task Each_accepted_request_is_one_mail_once_the_server_behaves_or_one_dead_letter(Fault fault)
    {
        var smtp = await SmtpServer.StartAsync(startTls: false);
        try
        {
            await using var app = await StartAsync(smtp.Port, sendTimeout: fault == Fault.SlowByThreeSeconds ? "00:00:30" : "00:00:01");
            // What is compiled and connected at the first request is not what is measured.
            for (var i = 0; i < 5; i++)
            {
                await AskAsync(app, $"warm{i}@example.com");
            }

            await MailsAsync(smtp, 5);
            if (fault == Fault.Down)
            {
                await smtp.DisposeAsync();
            }
            else
            {
                await smtp.BehaveAsync(ModeOf(fault));
            }

            var times = new List<TimeSpan>();
            for (var i = 0; i < Requests; i++)
            {
                times.Add(await AskAsync(app, $"p{i}@example.com"));
            }

            Report(fault, times);

            if (fault == Fault.Down)
            {
                smtp = await SmtpServer.StartAsync(startTls: false, port: smtp.Port);
            }
            else if (fault != Fault.Answers550)
            {
                await smtp.BehaveAsync(SmtpMode.Take);
            }

            await AssertOnceEachAsync(app, smtp, fault);
        }
        finally
        {
            await smtp.DisposeAsync();
        }
    }

    private static async Task AssertOnceEachAsync(RunningApp app, SmtpServer smtp, Fault fault)
    {
        var outbox = app.Services.GetRequiredService<IOutboxMonitor>();
        var (left, before) = (new OutboxCounts(1, 1, 1), new OutboxCounts(1, 1, 1));
        while (left is not { Waiting: 0, Delayed: 0 })
        {
            // As long as it goes on, it may take its time.
            await Eventually.TrueAsync(async () => (left = await outbox.CountAsync()) != before);
            before = left;
        }

        // The mail server tells of what it has taken after it has said so to the sender.
        string[] Receivers() => [.. smtp.Mails.Select(m => Assert.Single(m.To)).Where(to => to[0] == 'p')];
        await Eventually.TrueAsync(() => Receivers().Length >= Requests - left.Dead);
        Assert.Equal(Requests - left.Dead, Receivers().Length);
        Assert.Equal(Receivers().Order(), Enumerable.Range(0, Requests).Select(i => $"p{i}@example.com").Intersect(Receivers()).Order());
        // A text that was hung up on twice is not sent again, which is for the machine to say how many are.
        Assert.True(left.Dead == (fault == Fault.Answers550 ? Requests : 0) || fault == Fault.HangsAtData, $"{left.Dead} dead letters");
        Assert.All(await outbox.ListDeadLettersAsync(1000), letter => Assert.Contains(
            fault == Fault.HangsAtData ? "the mail may have been taken" : "SMTP 550", letter.Reason, StringComparison.Ordinal));
        // None came after its code had ended: the mail names the minutes that are left.
        Assert.All(smtp.Mails, mail => Assert.Matches("for (10|9) more minutes", mail.Text));
    }

    private Task<RunningApp> StartAsync(int port, string sendTimeout) => RunningApp.StartAsync(
        _redis.ConnectionString, SettingsFor(port, sendTimeout));

    private static string[] SettingsFor(int port, string sendTimeout) =>
    [
        .. AppFixture.Settings, "Smtp:Host=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"Smtp:Port={port}"), "Smtp:StartTls=false",
        "Smtp:From=codes@example.org", "Smtp:Timeout=00:01:00", "Verification:SendTimeout=" + sendTimeout,
    ];

    /// <summary>Asks for a code as a newcomer does, and returns how long the form's answer took.</summary>
    private static async Task<TimeSpan> AskAsync(RunningApp app, string email)
    {
        using var visit = new Visit(app);
        await visit.OpenAsync("/register");
        await visit.SubmitAsync(("Email", email));
        Assert.Equal("/register/code", visit.Path);
        return visit.AnswerTime;
    }

    private static async Task MailsAsync(SmtpServer smtp, int count) => await Eventually.TrueAsync(() => smtp.Mails.Count == count);

    private void Report(Fault fault, IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToArray();
        output.WriteLine($"{fault}: {sorted.Length} answers, p50 {sorted[sorted.Length / 2].TotalMilliseconds:F1} ms, p99 {sorted[^Math.Max(1, sorted.Length / 100)].TotalMilliseconds:F1} ms, slowest {sorted[^1].TotalMilliseconds:F1} ms");
    }

    private static SmtpMode ModeOf(Fault fault) => fault switch
    {
        Fault.SlowByThreeSeconds => SmtpMode.Slow,
        Fault.Answers451 => SmtpMode.Later,
        Fault.Answers550 => SmtpMode.Never,
        Fault.HangsAtBanner => SmtpMode.HangAtBanner,
        Fault.HangsAtData => SmtpMode.HangAtData,
        _ => SmtpMode.Take,
    };
}
