using Microsoft.Extensions.DependencyInjection;

using RespClient;
using RespClient.Commands;

using TestServers;

using VerificationCodes.Codes;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Codes;

/// <summary>From issue to success, and everything a code is bound to.</summary>
public abstract class CodeLifeTests(SharedRedis redis, Place place) : OutcomeTests(redis, place)
{
    private const string NewKey = "next:5VbZ0a0s1Jp3kq0o6Qp5m9o2Fq5Uo0m8C8c7mQxkTz4=";

    [Fact]
    public async Task The_code_in_the_mail_confirms_the_address_once()
    {
        await using var bench = await StartAsync();
        var code = await bench.ReceiveAsync();

        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(code)));
        Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(CodeBench.Try(code)));
    }

    [Fact]
    public async Task A_right_code_whose_answer_was_lost_works_once_more_from_the_same_browser()
    {
        await using var bench = await StartAsync();
        var code = await bench.ReceiveAsync();

        await LoseAnswerAsync(bench, code);

        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(code)));
        Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(CodeBench.Try(code)));
    }

    [Theory]
    [InlineData("browser-a", 2)]
    [InlineData("", 1)] // without a browser, nobody can be told from the one that asked
    public async Task A_right_code_is_given_no_more_often_however_many_of_its_answers_are_lost(string challenge, int times)
    {
        await using var bench = await StartAsync();
        var code = await bench.ReceiveAsync(CodeBench.Ask(challenge: challenge));
        for (var lost = 0; lost < times; lost++)
        {
            await LoseAnswerAsync(bench, code, challenge);
        }

        Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(CodeBench.Try(code, challenge: challenge)));
    }

    [Fact]
    public async Task A_late_word_that_an_answer_was_received_leaves_the_next_code_alone()
    {
        await using var bench = await StartAsync();
        await LoseAnswerAsync(bench, await bench.ReceiveAsync());
        await bench.AdvanceAsync(TimeSpan.FromSeconds(61));
        var next = await bench.ReceiveAsync();
        var field = (await Server.CliAsync("HKEYS", bench.Prefix + "code_register:ann@example.com")).Trim();

        var script = LuaScript.FromResource(typeof(CodeCheck), "Settle.lua");
        await script.ExecuteAsync(bench.Redis, [bench.Prefix + "code_register:ann@example.com"], [field, 1]);

        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(next)));
    }

    [Fact]
    public async Task A_code_that_is_asked_for_after_a_lost_answer_is_a_new_one_that_may_lose_its_answer_too()
    {
        await using var bench = await StartAsync();
        await LoseAnswerAsync(bench, await bench.ReceiveAsync());
        await bench.AdvanceAsync(TimeSpan.FromSeconds(61));

        var again = await bench.ReceiveAsync();
        await LoseAnswerAsync(bench, again);

        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(again)));
    }

    [Fact]
    public async Task A_code_whose_answer_was_received_is_gone_from_redis_at_once()
    {
        await using var bench = await StartAsync();
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(await bench.ReceiveAsync())));
        await Eventually.TrueAsync(async () =>
            (await bench.Redis.ExecuteAsync(new RedisCommand("KEYS", $"{bench.Prefix}code_*"))).Count == 0);
    }

    [Theory]
    [InlineData("{0} {1} {2} {3} {4} {5}")]
    [InlineData(" {0}{1}{2}-{3}{4}{5} ")]
    [InlineData("{0}{1}{2}\u00A0{3}{4}{5}")]
    public async Task Spaces_and_dashes_in_a_typed_code_do_not_matter(string form)
    {
        await using var bench = await StartAsync();
        var code = await bench.ReceiveAsync();

        var typed = string.Format(System.Globalization.CultureInfo.InvariantCulture, form, [.. code.Select(c => (object)c)]);
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(typed)));
    }

    [Fact]
    public async Task Full_width_digits_are_accepted_as_digits()
    {
        await using var bench = await StartAsync();
        var code = await bench.ReceiveAsync();

        var typed = string.Concat(code.Select(c => (char)(c - '0' + '０')));
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(typed)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("12345a")]
    public async Task What_is_not_six_digits_is_malformed_and_costs_no_try(string typed)
    {
        await using var bench = await StartAsync();
        var code = await bench.ReceiveAsync();

        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(ConfirmStatus.Malformed, await bench.ConfirmAsync(CodeBench.Try(typed)));
        }

        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(code)));
    }

    [Fact]
    public async Task A_code_confirms_no_other_purpose_address_or_browser()
    {
        await using var bench = await StartAsync();
        var code = await bench.ReceiveAsync();

        Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(CodeBench.Try(code, purpose: CodePurpose.ResetPassword)));
        Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(CodeBench.Try(code, to: "bob@example.com")));
        Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(CodeBench.Try(code, challenge: "browser-b")));
        Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(CodeBench.Try(code, challenge: "")));
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(code)));
    }

    [Fact]
    public async Task A_challenge_of_129_characters_is_a_mistake_of_the_caller_and_one_of_128_is_none()
    {
        await using var bench = await StartAsync();
        var longest = new string('c', 128);
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(await bench.ReceiveAsync(CodeBench.Ask(challenge: longest)), challenge: longest)));

        await Assert.ThrowsAsync<ArgumentException>(() => bench.Codes.IssueAsync(CodeBench.Ask(challenge: longest + "c")).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => bench.ConfirmAsync(CodeBench.Try("123456", challenge: longest + "c")));
    }

    [Fact]
    public async Task Two_spellings_of_one_address_share_code_and_budget()
    {
        await using var bench = await StartAsync();
        var code = await bench.ReceiveAsync(CodeBench.Ask("Ann@Bücher.example.com"));

        Assert.Equal(IssueStatus.TooSoon, (await bench.Codes.IssueAsync(CodeBench.Ask("ANN@xn--bcher-kva.EXAMPLE.com"))).Status);
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(code, to: "ａnn@BÜCHER.example.com")));
    }

    [Fact]
    public async Task Five_misses_in_another_browser_leave_this_ones_code_valid()
    {
        await using var bench = await StartAsync();
        var mine = await bench.ReceiveAsync();
        await bench.AdvanceAsync(TimeSpan.FromSeconds(60));
        var theirs = await bench.ReceiveAsync(CodeBench.Ask(challenge: "browser-b"));

        for (var i = 0; i < 5; i++)
        {
            await bench.ConfirmAsync(CodeBench.Try(CodeBench.Other(theirs), challenge: "browser-b"));
        }

        Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(CodeBench.Try(theirs, challenge: "browser-b")));
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(mine)));
    }

    [Fact]
    public async Task A_code_dies_ten_minutes_after_its_first_issue()
    {
        await using var bench = await StartAsync();
        var code = await bench.ReceiveAsync();

        await bench.AdvanceAsync(TimeSpan.FromSeconds(600));

        Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(CodeBench.Try(code)));
    }

    [Fact]
    public async Task Each_browsers_code_lives_its_own_ten_minutes_whenever_the_others_ask()
    {
        await using var bench = await StartAsync();
        var first = await bench.ReceiveAsync();
        await bench.AdvanceAsync(TimeSpan.FromSeconds(61));
        await bench.ReceiveAsync(CodeBench.Ask(challenge: "browser-b"));
        await bench.AdvanceAsync(TimeSpan.FromSeconds(139));
        var last = await bench.ReceiveAsync(CodeBench.Ask(challenge: "browser-c"));
        await bench.AdvanceAsync(TimeSpan.FromSeconds(90));
        Assert.Equal(first, await bench.ReceiveAsync());

        await bench.AdvanceAsync(TimeSpan.FromSeconds(400));
        Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(CodeBench.Try(first)));
        await bench.ReceiveAsync(CodeBench.Ask(challenge: "browser-d"));
        Assert.Equal("2", (await Server.CliAsync("HLEN", bench.Prefix + "code_register:ann@example.com")).Trim());
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(last, challenge: "browser-c")));
    }

    [Fact]
    public async Task A_resend_in_the_first_half_sends_the_same_code_with_its_true_minutes()
    {
        await using var bench = await StartAsync();
        var first = await bench.ReceiveAsync();
        await bench.AdvanceAsync(TimeSpan.FromSeconds(200));

        var again = await bench.Codes.IssueAsync(CodeBench.Ask());
        await Eventually.TrueAsync(() => bench.Transport.Mails.Count == 2);

        Assert.InRange(again.ExpiresIn.TotalSeconds, 385, 400);
        Assert.Equal(first, RecordingTransport.CodeIn(bench.Transport.Mails[1]));
        Assert.Contains("for 10 more minutes", bench.Transport.Mails[0].Text, StringComparison.Ordinal);
        Assert.Contains("for 6 more minutes", bench.Transport.Mails[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_resend_prolongs_the_life_of_a_code()
    {
        await using var bench = await StartAsync();
        var code = await bench.ReceiveAsync();
        await bench.AdvanceAsync(TimeSpan.FromSeconds(299));
        await bench.ReceiveAsync();

        await bench.AdvanceAsync(TimeSpan.FromSeconds(301));

        Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(CodeBench.Try(code)));
    }

    [Fact]
    public async Task A_resend_in_the_second_half_replaces_the_code_and_kills_the_old_one()
    {
        await using var bench = await StartAsync();
        var first = await bench.ReceiveAsync();
        await bench.AdvanceAsync(TimeSpan.FromSeconds(301));

        var second = await bench.ReceiveAsync();

        Assert.NotEqual(first, second); // one in a million runs
        Assert.Equal(ConfirmStatus.Wrong, await bench.ConfirmAsync(CodeBench.Try(first)));
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(second)));
    }

    [Fact]
    public async Task Cancelling_ends_every_open_code_of_the_address()
    {
        await using var bench = await StartAsync(o => (o.CoolDown, o.SendsPerHour, o.SendsPerDay) = (TimeSpan.FromSeconds(1), 100, 100));
        var open = new List<ConfirmRequest>();
        foreach (var purpose in Enum.GetValues<CodePurpose>())
        {
            foreach (var challenge in new[] { "browser-a", "browser-b", "" })
            {
                open.Add(CodeBench.Try(await bench.ReceiveAsync(CodeBench.Ask(challenge: challenge, purpose: purpose)), challenge: challenge, purpose: purpose));
                await bench.AdvanceAsync(TimeSpan.FromSeconds(1));
            }
        }

        var others = await bench.ReceiveAsync(CodeBench.Ask("another@example.com"));

        await bench.Codes.CancelAsync(CodeBench.Email());

        foreach (var request in open)
        {
            Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(request));
        }

        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(others, "another@example.com")));
    }

    [Fact]
    public async Task The_page_and_the_mail_show_the_same_reference()
    {
        await using var bench = await StartAsync();
        var outcome = await bench.Codes.IssueAsync(CodeBench.Ask());
        await Eventually.TrueAsync(() => bench.Transport.Mails.Count == 1);

        Assert.Matches("^[2-9A-Z]{4}$", outcome.Reference);
        Assert.Contains($"Reference: {outcome.Reference}.", bench.Transport.Mails[0].Text, StringComparison.Ordinal);
        Assert.Contains(outcome.Reference, bench.Transport.Mails[0].Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_put_in_front_leaves_the_codes_of_the_old_one_valid_until_it_is_dropped()
    {
        await using var bench = await StartAsync();
        var code = await bench.ReceiveAsync();
        await using var rotated = await bench.StartAnotherAsync(o => o.Keys.Insert(0, NewKey));
        await using var dropped = await bench.StartAnotherAsync(o => { o.Keys.Clear(); o.Keys.Add(NewKey); });

        Assert.Equal(ConfirmStatus.Wrong, await dropped.ConfirmAsync(CodeBench.Try(code)));
        Assert.Equal(ConfirmStatus.Confirmed, await rotated.ConfirmAsync(CodeBench.Try(code)));
    }

    [Fact]
    public async Task A_code_whose_key_was_dropped_is_followed_by_a_new_one_that_is_right()
    {
        var before = await StartAsync();
        await before.ReceiveAsync();
        await before.DisposeAsync();
        await using var after = await before.StartAnotherAsync(o => { o.Keys.Clear(); o.Keys.Add(NewKey); });
        await after.AdvanceAsync(TimeSpan.FromSeconds(61));

        Assert.Equal(ConfirmStatus.Confirmed, await after.ConfirmAsync(CodeBench.Try(await after.ReceiveAsync())));
    }

    /// <summary>Answers right, and the reply is lost between Redis and the process that asked.</summary>
    private static async Task LoseAnswerAsync(CodeBench bench, string code, string challenge = "browser-a")
    {
        var client = new ForgetfulClient(bench.Redis) { LosesReplyWith = "confirmed" };
        await using var far = await bench.StartAnotherAsync(o => o.RunOutbox = false, all => all.AddSingleton<IRedisClient>(client));
        await Assert.ThrowsAsync<VerificationUnavailableException>(() => far.Codes.ConfirmAsync(CodeBench.Try(code, challenge: challenge)).AsTask());
        Assert.Null(client.LosesReplyWith);
        // Later than one click.
        await bench.AdvanceAsync(TimeSpan.FromSeconds(3));
    }
}

public sealed class CodeLifeTestsHere(SharedRedis redis) : CodeLifeTests(redis, Place.Here);

public sealed class CodeLifeTestsRemote(SharedRedis redis) : CodeLifeTests(redis, Place.Remote);
