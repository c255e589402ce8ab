using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

using RedisSessionWeb.Tests.Host;

using TestServers;
using TestServers.Smtp;

namespace RedisSessionWeb.Tests.Delivery;

/// <summary>
/// The application as real processes that are killed, again and again, while people ask for codes and type them. What
/// one of them left half done would be in Redis, or missing from a mailbox.
/// </summary>
public sealed class KilledProcessTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int People = 6;

    /// <summary>What no key of codes, mail or sessions may be: without a time to live, or a code beyond its 600 s.</summary>
    private const string Search = """
        local found = {}
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        for _, key in ipairs(redis.call('KEYS', '*')) do
          local ttl = redis.call('PTTL', key)
          local kept = string.sub(key, 1, 8) == 'ACCOUNT:' or key == 'DataProtection-Keys'
          if ttl < 0 and not kept then found[#found + 1] = key .. ' has no TTL' end
          if string.sub(key, 1, 5) == 'code_' then
            if ttl > 600000 then found[#found + 1] = key .. ' lives for ' .. ttl .. ' ms' end
            for _, code in ipairs(redis.call('HVALS', key)) do
              if cjson.decode(code).deadline > now + 600000 then found[#found + 1] = key .. ' holds a code beyond 600 s' end
            end
          end
        end
        return found
        """;

    private static readonly int Kills = Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 100 : 6;

    private readonly ConcurrentDictionary<string, string> _accepted = new();
    private readonly ConcurrentBag<string> _confirmed = [];
    private readonly List<(DateTimeOffset Begun, DateTimeOffset Over)> _kills = [];
    private RedisServer _redis = null!;
    private SmtpServer _smtp = null!;
    private volatile AppProcess _app = null!;
    private int _cutOff;

    public async ValueTask InitializeAsync()
    {
        (_redis, _smtp) = (await RedisServer.StartAsync(), await SmtpServer.StartAsync(startTls: false));
        _app = await StartAppAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _smtp.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Processes_killed_at_any_moment_lose_no_accepted_mail_and_leave_no_key_without_ttl()
    {
        using var over = new CancellationTokenSource();
        var people = Enumerable.Range(0, People).Select(i => Task.Run(() => AskAgainAndAgainAsync(i, over.Token))).ToArray();
        // The same moments in each run, as far as a machine that does other things lets them be.
        var chance = new Random(20_260_101);
        // Further ones where none of them met a request: people wait for their mails most of the time.
        for (var kill = 0; kill < Kills || (_cutOff == 0 && kill < 5 * Kills); kill++)
        {
            var victim = _app;
            var next = await StartAppAsync();
            await Task.Delay(chance.Next(20));
            var begun = TimeProvider.System.GetUtcNow();
            await victim.DisposeAsync();
            _kills.Add((begun, TimeProvider.System.GetUtcNow()));
            _app = next;
            Assert.Equal("", await _redis.CliAsync("EVAL", Search, "0"));
        }

        await over.CancelAsync();
        await Task.WhenAll(people);
        await OutboxEmptyAsync();

        output.WriteLine($"{_kills.Count} kills, {_cutOff} requests cut off; {_accepted.Count} codes accepted, {_confirmed.Count} confirmed, {_smtp.Mails.Count} mails");
        AssertNoneIsLostAndCopiesComeOfKillsAlone();
        await AssertUsedCodesAreGoneAsync();
    }

    private void AssertNoneIsLostAndCopiesComeOfKillsAlone()
    {
        var delivered = _smtp.Mails.Select(mail => (mail.To[0], ReferenceOf(mail))).ToHashSet();
        var copies = _smtp.Mails.GroupBy(mail => mail.Header("Message-ID")).Select(group => group.OrderBy(mail => mail.At).ToArray()).ToArray();
        output.WriteLine($"{copies.Count(copy => copy.Length == 2)} mails came twice, {copies.Count(copy => copy.Length > 2)} more often");

        Assert.True(_accepted.Count > Kills && _cutOff > 0, $"{_accepted.Count} accepted, {_cutOff} cut off: too little happened");
        Assert.Empty(_accepted.Where(ask => !delivered.Contains((ask.Key, ask.Value))).Select(ask => ask.Key + " was accepted and got no mail"));
        // A second copy needs a process that was killed after the server had the first; a third one, two of them.
        Assert.Empty(
            from copy in copies
            from pair in copy.Zip(copy.Skip(1))
            where !_kills.Any(kill => kill.Over >= pair.First.At && kill.Begun <= pair.Second.At)
            select $"{pair.First.To[0]} got a copy without a kill before it");
    }

    private async Task AssertUsedCodesAreGoneAsync()
    {
        foreach (var email in _confirmed)
        {
            Assert.Equal("0", await _redis.CliAsync("HLEN", "code_register:" + email));
        }

        Assert.NotEmpty(_confirmed);
    }

    /// <summary>A newcomer each time: asks, waits for the mail, types a wrong code and then the right one.</summary>
    private async Task AskAgainAndAgainAsync(int person, CancellationToken over)
    {
        for (var i = 0; !over.IsCancellationRequested; i++)
        {
            var email = $"p{person}-{i}@example.com";
            try
            {
                using var visit = new Visit(_app.Address);
                await visit.OpenAsync("/register");
                await visit.SubmitAsync(("Email", email));
                if (visit.Path != "/register/code")
                {
                    continue;
                }

                _accepted[email] = visit.Page.QuerySelector("[data-reference]")!.GetAttribute("data-reference")!;
                if (i % 4 == 0)
                {
                    await TypeAsync(visit, email, over);
                }
            }
            catch (Exception e) when (CutOff.Is(e))
            {
                Interlocked.Increment(ref _cutOff);
                // The next process is about to take over.
                await Task.Delay(10, CancellationToken.None);
            }
        }
    }

    private async Task TypeAsync(Visit visit, string email, CancellationToken over)
    {
        ReceivedMail? mail = null;
        while (!over.IsCancellationRequested && (mail = _smtp.Mails.FirstOrDefault(m => m.To[0] == email)) is null)
        {
            await Task.Delay(10, CancellationToken.None);
        }

        if (mail is null)
        {
            return;
        }

        var code = Regex.Match(mail.Text, @"\b\d{6}\b").Value;
        await visit.SubmitAsync(("Code", code[..^1] + (code[^1] == '0' ? '1' : '0')));
        await visit.SubmitAsync(("Code", code));
        if (visit.Path == "/register/finish")
        {
            _confirmed.Add(email);
        }
    }

    private async Task OutboxEmptyAsync()
    {
        var (left, before) = ("", "");
        do
        {
            before = left;
            // As long as messages leave, they may take their time.
            await Eventually.TrueAsync(async () =>
                (left = await _redis.CliAsync("XLEN", "MAIL:outbox") + " " + await _redis.CliAsync("ZCARD", "MAIL:delayed")) != before);
        }
        while (left != "0 0");
    }

    private static string ReferenceOf(ReceivedMail mail) => Regex.Match(mail.Subject, "reference (.{4})").Groups[1].Value;

    private Task<AppProcess> StartAppAsync() => AppProcess.StartAsync(
        Path.GetDirectoryName(typeof(Program).Assembly.Location)!,
        Path.GetTempPath(),
        _redis.ConnectionString,
        [
            .. AppFixture.Settings, "Smtp:Host=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"Smtp:Port={_smtp.Port}"),
            "Smtp:StartTls=false", "Smtp:From=codes@example.org", "Verification:SendTimeout=00:00:03", "Verification:SendsPerMinute=1000000",
        ]);
}
