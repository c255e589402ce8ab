using VerificationCodes.Codes;
using VerificationCodes.Delivery;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Codes;

/// <summary>Answers in parallel, budgets of misses, and what new codes do not reset.</summary>
public abstract class CodeGuessingTests(SharedRedis redis, Place place) : OutcomeTests(redis, place)
{
    // Over gRPC the same script answers: that the outcomes arrive is enough there.
    private int Rounds => Place == Place.Here ? 100 : 1;

    [Fact]
    public async Task Two_hundred_right_answers_at_once_are_exactly_one_success()
    {
        await using var bench = await StartAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var to = $"right{round}@example.com";
            var code = await bench.ReceiveAsync(CodeBench.Ask(to));

            var all = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => bench.ConfirmAsync(CodeBench.Try(code, to)))));

            Assert.Single(all, ConfirmStatus.Confirmed);
            Assert.Equal(199, all.Count(s => s == ConfirmStatus.Expired));
        }
    }

    [Fact]
    public async Task Five_hundred_wrong_answers_at_once_are_at_most_five_comparisons()
    {
        await using var bench = await StartAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var to = $"wrong{round}@example.com";
            var code = await bench.ReceiveAsync(CodeBench.Ask(to));
            var wrong = Enumerable.Range(0, 1_000_000).Select(n => $"{n:D6}").Where(c => c != code).Take(500);

            var all = await Task.WhenAll(wrong.Select(c => Task.Run(() => bench.ConfirmAsync(CodeBench.Try(c, to)))));

            Assert.Equal(4, all.Count(s => s == ConfirmStatus.Wrong));
            Assert.Single(all, ConfirmStatus.Spent);
            Assert.Equal(495, all.Count(s => s == ConfirmStatus.Expired));
        }
    }

    [Fact]
    public async Task Each_miss_tells_the_tries_left_and_the_fifth_kills_the_code()
    {
        await using var bench = await StartAsync();
        var code = await bench.ReceiveAsync();
        var left = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            var outcome = await bench.Codes.ConfirmAsync(CodeBench.Try(CodeBench.Other(code)));
            Assert.Equal(ConfirmStatus.Wrong, outcome.Status);
            left.Add(outcome.TriesLeft);
        }

        Assert.Equal([4, 3, 2, 1], left);
        Assert.Equal(ConfirmStatus.Spent, await bench.ConfirmAsync(CodeBench.Try(CodeBench.Other(code))));
        Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(CodeBench.Try(code)));
    }

    [Fact]
    public async Task A_resend_of_the_same_code_does_not_give_its_tries_back()
    {
        await using var bench = await StartAsync();
        var code = await bench.ReceiveAsync();
        for (var i = 0; i < 4; i++)
        {
            await bench.ConfirmAsync(CodeBench.Try(CodeBench.Other(code)));
        }

        await bench.AdvanceAsync(TimeSpan.FromSeconds(61));
        await bench.ReceiveAsync();

        Assert.Equal(ConfirmStatus.Spent, await bench.ConfirmAsync(CodeBench.Try(CodeBench.Other(code))));
    }

    [Fact]
    public async Task Twenty_misses_of_an_address_block_it_whatever_codes_and_browsers_come()
    {
        await using var bench = await StartAsync();
        for (var sent = 0; sent < 4; sent++)
        {
            var challenge = $"browser-{sent}";
            var code = await bench.ReceiveAsync(CodeBench.Ask(challenge: challenge));
            for (var miss = 0; miss < 5; miss++)
            {
                await bench.ConfirmAsync(CodeBench.Try(CodeBench.Other(code), challenge: challenge));
            }

            await bench.AdvanceAsync(TimeSpan.FromSeconds(900));
        }

        var last = await bench.ReceiveAsync(CodeBench.Ask(challenge: "browser-5"));
        var outcome = await bench.Codes.ConfirmAsync(CodeBench.Try(last, challenge: "browser-5"));

        Assert.Equal(ConfirmStatus.Blocked, outcome.Status);
        Assert.InRange(outcome.RetryAfter.TotalSeconds, 86400 - 3600 - 60, 86400 - 3600);
    }

    [Fact]
    public async Task A_block_ends_when_its_oldest_miss_is_a_day_old()
    {
        await using var bench = await StartAsync(o => { o.MissesPerDay = 5; });
        var code = await bench.ReceiveAsync();
        for (var miss = 0; miss < 5; miss++)
        {
            await bench.ConfirmAsync(CodeBench.Try(CodeBench.Other(code)));
        }

        await bench.AdvanceAsync(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(5));
        var blocked = await bench.ReceiveAsync();
        Assert.Equal(ConfirmStatus.Blocked, await bench.ConfirmAsync(CodeBench.Try(blocked)));

        await bench.AdvanceAsync(TimeSpan.FromMinutes(5));

        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(blocked)));
    }

    [Fact]
    public async Task Without_a_code_any_answer_is_expired_and_costs_nothing()
    {
        await using var bench = await StartAsync();
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(CodeBench.Try("123456")));
        }
    }

    [Fact]
    public async Task Probing_for_a_code_that_no_browser_is_bound_to_counts_as_a_miss()
    {
        await using var bench = await StartAsync();
        for (var i = 0; i < 19; i++)
        {
            Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(CodeBench.Try("123456", challenge: "")));
        }

        Assert.Equal(ConfirmStatus.Blocked, await bench.ConfirmAsync(CodeBench.Try("123456", challenge: "")));
    }

    [Fact]
    public async Task Even_the_code_that_the_server_would_derive_is_wrong_where_a_notice_went_out()
    {
        await using var bench = await StartAsync();
        await bench.Codes.IssueAsync(CodeBench.Ask() with { Instead = NoticeKind.AlreadyRegistered });
        var record = (await Server.CliAsync("HVALS", bench.Prefix + "code_register:ann@example.com")).Trim();
        var nonce = System.Text.Json.JsonDocument.Parse(record).RootElement.GetProperty("nonce").GetString()!;

        var code = CodeDerivation.Code(
            ServerKeys.TryParse(CodeBench.TestKey)!, CodeScope.Create(CodePurpose.Register, CodeBench.Email(), "browser-a"), nonce);

        Assert.Equal(ConfirmStatus.Wrong, await bench.ConfirmAsync(CodeBench.Try(code)));
    }

    [Fact]
    public async Task A_code_is_none_any_more_once_a_notice_was_asked_for_and_after_a_notice_a_code_is_one()
    {
        await using var bench = await StartAsync();
        var notice = CodeBench.Ask() with { Instead = NoticeKind.AlreadyRegistered };
        var code = await bench.ReceiveAsync();
        await bench.AdvanceAsync(TimeSpan.FromSeconds(61));
        Assert.True((await bench.Codes.IssueAsync(notice)).IsSent);
        await TestServers.Eventually.TrueAsync(() => bench.Transport.Mails.Count == 2);
        Assert.Equal(ConfirmStatus.Wrong, await bench.ConfirmAsync(CodeBench.Try(code)));

        await bench.AdvanceAsync(TimeSpan.FromSeconds(61));
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(await bench.ReceiveAsync())));
    }

    [Fact]
    public async Task A_notice_instead_of_a_code_answers_like_a_code_that_is_never_right()
    {
        await using var bench = await StartAsync();
        var real = await bench.Codes.IssueAsync(CodeBench.Ask("new@example.com"));
        var notice = await bench.Codes.IssueAsync(CodeBench.Ask("known@example.com") with { Instead = NoticeKind.AlreadyRegistered });
        await TestServers.Eventually.TrueAsync(() => bench.Transport.Mails.Count == 2);

        Assert.Equal(real with { Reference = "", ExpiresIn = default }, notice with { Reference = "", ExpiresIn = default });
        Assert.Equal(real.ExpiresIn.TotalSeconds, notice.ExpiresIn.TotalSeconds, 1.0);
        Assert.Matches("^[2-9A-Z]{4}$", notice.Reference);
        var mail = Assert.Single(bench.Transport.Mails, m => m.To.Value == "known@example.com");
        Assert.DoesNotMatch(@"\d{6}", mail.Text);
        Assert.Contains("already has one", mail.Text, StringComparison.Ordinal);
        ConfirmStatus[] expected = [ConfirmStatus.Wrong, ConfirmStatus.Wrong, ConfirmStatus.Wrong, ConfirmStatus.Wrong, ConfirmStatus.Spent, ConfirmStatus.Expired];
        foreach (var status in expected)
        {
            Assert.Equal(status, await bench.ConfirmAsync(CodeBench.Try("123456", "known@example.com")));
        }
    }
}

public sealed class CodeGuessingTestsHere(SharedRedis redis) : CodeGuessingTests(redis, Place.Here);

public sealed class CodeGuessingTestsRemote(SharedRedis redis) : CodeGuessingTests(redis, Place.Remote);
