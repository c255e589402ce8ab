using System.Net;

using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Codes;

/// <summary>What strangers cannot use up: the reserves of fresh networks and known browsers, and the tries of single codes.</summary>
public abstract class ReserveTests(SharedRedis redis, Place place) : OutcomeTests(redis, place)
{
    private static readonly IPAddress Stranger = IPAddress.Parse("192.0.2.66");

    [Theory]
    [InlineData("a browser")]
    [InlineData("")]
    public async Task Four_questions_and_twenty_wrong_codes_keep_no_code_from_the_owner(string challenge)
    {
        await using var bench = await StartAsync();
        for (var i = 0; i < 4; i++)
        {
            var code = await bench.ReceiveAsync(Ask(Stranger, challenge));
            for (var miss = 0; miss < 5; miss++)
            {
                await bench.ConfirmAsync(Try(CodeBench.Other(code), Stranger, challenge));
            }

            await bench.AdvanceAsync(TimeSpan.FromSeconds(61));
        }

        // The same network, an unknown browser: a code is sent, and nothing is compared any more.
        var neighbours = await bench.ReceiveAsync(Ask(Stranger, "a neighbour"));
        Assert.Equal(ConfirmStatus.Blocked, await bench.ConfirmAsync(Try(neighbours, Stranger, "a neighbour")));

        await bench.AdvanceAsync(TimeSpan.FromSeconds(61));
        await AssertServedAsync(bench, Ask(Stranger, "the owner's old browser") with { KnownBrowser = "known" });
        await AssertServedAsync(bench, Ask(IPAddress.Parse("2001:db8::1"), "a new one"));
        await AssertServedAsync(bench, Ask(IPAddress.Parse("198.51.100.1"), ""));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Asking_alone_keeps_no_code_from_the_owner(bool withoutCaptcha)
    {
        await using var bench = await StartAsync();
        var question = Ask(Stranger, withoutCaptcha ? "" : "a browser");
        for (var sent = 0; sent < 10;)
        {
            var outcome = await bench.Codes.IssueAsync(question);
            sent += outcome.IsSent ? 1 : 0;
            await bench.AdvanceAsync(outcome.IsSent ? outcome.ResendAfter : outcome.RetryAfter);
        }

        var refused = await bench.Codes.IssueAsync(question);
        Assert.Equal(IssueStatus.AddressLimit, refused.Status);
        Assert.True(refused.RetryAfter > TimeSpan.FromHours(20));

        await AssertServedAsync(bench, Ask(Stranger, "the owner's old browser") with { KnownBrowser = "known" });
        await AssertServedAsync(bench, Ask(IPAddress.Parse("2001:db8::1"), "a new one"));
        await AssertServedAsync(bench, Ask(IPAddress.Parse("198.51.100.1"), ""));
    }

    [Fact]
    public async Task The_gate_cannot_use_up_what_is_kept_for_browsers_at_fresh_networks()
    {
        await using var bench = await StartAsync(o => (o.RunOutbox, o.SendsPerHour) = (false, 10));
        for (var i = 0; i < 17; i++)
        {
            Assert.True((await bench.Codes.IssueAsync(Ask(IPAddress.Parse($"10.0.0.{i}"), ""))).IsSent);
            await bench.AdvanceAsync(TimeSpan.FromSeconds(61));
        }

        Assert.Equal(IssueStatus.AddressLimit, (await bench.Codes.IssueAsync(Ask(IPAddress.Parse("10.0.0.200"), ""))).Status);
        Assert.True((await bench.Codes.IssueAsync(Ask(IPAddress.Parse("10.0.0.201"), "a browser"))).IsSent);
    }

    [Fact]
    public async Task A_stolen_token_takes_half_of_the_reserve_and_from_one_network_no_more_than_three_messages()
    {
        await using var bench = await StartAsync(o => (o.RunOutbox, o.SendsPerHour, o.SendsPerDay) = (false, 1, 1));
        async Task<int> TakeAsync(string browser, string network)
        {
            var taken = 0;
            while ((await bench.Codes.IssueAsync(Ask(IPAddress.Parse(network), browser) with { KnownBrowser = browser })).IsSent)
            {
                taken++;
                await bench.AdvanceAsync(TimeSpan.FromSeconds(61));
            }

            return taken;
        }

        // Each network's first message is not the browser's: it is the network's.
        Assert.Equal(4, await TakeAsync("stolen", "10.0.0.1"));
        Assert.Equal(3, await TakeAsync("stolen", "10.0.0.2"));
        Assert.Equal(1, await TakeAsync("stolen", "10.0.0.3"));
        Assert.Equal(4, await TakeAsync("own", "10.0.0.4"));
    }

    [Fact]
    public async Task What_fresh_networks_have_used_up_leaves_known_browsers_ten_messages_and_the_address_thirty_four()
    {
        await using var bench = await StartAsync(o => o.RunOutbox = false);
        var sent = 0;
        async Task<IssueStatus> AskAsync(string network, string browser)
        {
            var known = browser.Length > 0 ? browser : null;
            var status = (await bench.Codes.IssueAsync(Ask(IPAddress.Parse(network), "any browser") with { KnownBrowser = known })).Status;
            sent += status == IssueStatus.Sent ? 1 : 0;
            await bench.AdvanceAsync(TimeSpan.FromSeconds(61));
            return status;
        }

        // Ten that anybody could have had, and the fourteen of fresh networks.
        for (var i = 0; i < 24; i++)
        {
            Assert.Equal(IssueStatus.Sent, await AskAsync($"10.0.0.{i}", ""));
        }

        Assert.Equal(IssueStatus.AddressLimit, await AskAsync("10.0.0.100", ""));

        foreach (var browser in new[] { "one", "two", "three" })
        {
            for (var i = 0; i < 8; i++)
            {
                await AskAsync($"10.1.0.{i / 4}", browser);
            }
        }

        Assert.Equal(34, sent);
    }

    [Fact]
    public async Task A_success_gives_no_misses_of_the_address_back()
    {
        await using var bench = await StartAsync(o => o.MissesPerDay = 5);
        var code = await bench.ReceiveAsync();
        for (var miss = 0; miss < 4; miss++)
        {
            Assert.Equal(ConfirmStatus.Wrong, await bench.ConfirmAsync(CodeBench.Try(CodeBench.Other(code))));
        }

        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(code)));
        await bench.AdvanceAsync(TimeSpan.FromSeconds(61));

        code = await bench.ReceiveAsync();
        Assert.Equal(ConfirmStatus.Blocked, await bench.ConfirmAsync(CodeBench.Try(CodeBench.Other(code))));
    }

    [Fact]
    public async Task Where_the_misses_of_the_day_are_spent_a_fresh_network_has_one_try_and_a_known_browser_six_more()
    {
        await using var bench = await StartAsync();
        for (var miss = 0; miss < 20; miss++)
        {
            await bench.ConfirmAsync(Try("123456", Stranger, ""));
        }

        var fresh = await bench.ReceiveAsync(Ask(IPAddress.Parse("10.0.0.1"), "fresh"));
        Assert.Equal(ConfirmStatus.Blocked, await bench.ConfirmAsync(Try(CodeBench.Other(fresh), Stranger, "fresh")));
        Assert.Equal(ConfirmStatus.Blocked, await bench.ConfirmAsync(Try(fresh, Stranger, "fresh")));

        await bench.AdvanceAsync(TimeSpan.FromSeconds(61));
        var known = await bench.ReceiveAsync(Ask(IPAddress.Parse("10.0.0.1"), "known") with { KnownBrowser = "known" });
        for (var left = 4; left > 0; left--)
        {
            var outcome = await bench.Codes.ConfirmAsync(Try(CodeBench.Other(known), Stranger, "known"));
            Assert.Equal((ConfirmStatus.Wrong, left), (outcome.Status, outcome.TriesLeft));
        }

        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(Try(known, Stranger, "known")));

        // The sixth of the day is the last, but for the code's own try.
        await bench.AdvanceAsync(TimeSpan.FromSeconds(61));
        known = await bench.ReceiveAsync(Ask(IPAddress.Parse("10.0.0.1"), "known") with { KnownBrowser = "known" });
        Assert.Equal(ConfirmStatus.Wrong, await bench.ConfirmAsync(Try(CodeBench.Other(known), Stranger, "known")));
        Assert.Equal(ConfirmStatus.Blocked, await bench.ConfirmAsync(Try(CodeBench.Other(known), Stranger, "known")));
        Assert.Equal(ConfirmStatus.Blocked, await bench.ConfirmAsync(Try(known, Stranger, "known")));
    }

    [Fact]
    public async Task Where_the_misses_of_the_day_are_spent_the_try_of_a_code_without_a_browser_is_for_its_network_alone()
    {
        await using var bench = await StartAsync();
        var owner = IPAddress.Parse("198.51.100.1");
        for (var miss = 0; miss < 20; miss++)
        {
            await bench.ConfirmAsync(Try("123456", Stranger, ""));
        }

        var code = await bench.ReceiveAsync(Ask(owner, ""));

        Assert.Equal(ConfirmStatus.Blocked, await bench.ConfirmAsync(Try(code, Stranger, "")));
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(Try(code, owner, "")));
    }

    [Fact]
    public async Task The_last_try_of_a_code_that_no_browser_is_bound_to_is_for_the_network_that_asked()
    {
        await using var bench = await StartAsync(o => o.MissesPerDay = 100);
        var owner = IPAddress.Parse("198.51.100.1");
        var code = await bench.ReceiveAsync(Ask(owner, ""));
        for (var miss = 0; miss < 4; miss++)
        {
            Assert.Equal(ConfirmStatus.Wrong, await bench.ConfirmAsync(Try(CodeBench.Other(code), Stranger, "")));
        }

        // From here on strangers meet what they met without a code, even with the right one.
        Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(Try(code, Stranger, "")));
        Assert.Equal(ConfirmStatus.Expired, await bench.ConfirmAsync(CodeBench.Try(code, challenge: "", purpose: CodePurpose.General)));
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(Try(code, owner, "")));
    }

    [Fact]
    public async Task A_stranger_who_asks_again_does_not_take_away_the_code_that_another_network_asked_for()
    {
        await using var bench = await StartAsync();
        await bench.ReceiveAsync(Ask(Stranger, ""));
        await bench.AdvanceAsync(TimeSpan.FromSeconds(500));
        var owner = IPAddress.Parse("198.51.100.1");
        var code = await bench.ReceiveAsync(Ask(owner, ""));
        await bench.AdvanceAsync(TimeSpan.FromSeconds(400));

        Assert.Equal(code, await bench.ReceiveAsync(Ask(Stranger, "")));
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(Try(code, owner, "")));
    }

    [Fact]
    public async Task A_resend_to_a_fresh_network_keeps_its_own_try_however_often_it_asks()
    {
        await using var bench = await StartAsync();
        var owner = Ask(IPAddress.Parse("198.51.100.1"), "owner");
        await bench.ReceiveAsync(owner);
        await bench.AdvanceAsync(TimeSpan.FromSeconds(400));
        var code = await bench.ReceiveAsync(owner);
        for (var miss = 0; miss < 20; miss++)
        {
            await bench.ConfirmAsync(Try("123456", Stranger, ""));
        }

        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(Try(code, Stranger, "owner")));
    }

    [Fact]
    public async Task A_known_browser_is_not_kept_waiting_by_its_neighbours_at_one_network()
    {
        await using var bench = await StartAsync(o => o.SendsPerClientPerHour = 1);
        Assert.True((await bench.Codes.IssueAsync(CodeBench.Ask("other@example.com") with { ClientAddress = Stranger })).IsSent);

        Assert.Equal(IssueStatus.ClientLimit, (await bench.Codes.IssueAsync(Ask(Stranger, "unknown"))).Status);
        Assert.True((await bench.Codes.IssueAsync(Ask(Stranger, "known") with { KnownBrowser = "known" })).IsSent);
    }

    [Fact]
    public async Task When_the_misses_of_all_addresses_are_spent_known_browsers_go_on_and_the_others_after_an_hour()
    {
        await using var bench = await StartAsync(o => o.MissesOfAllPerHour = 100);
        async Task MissAsync(int from, int count, bool isFresh)
        {
            for (var i = from; i < from + count; i++)
            {
                var ask = CodeBench.Ask($"a{i}@example.com") with { ClientAddress = isFresh ? IPAddress.Parse($"10.0.0.{i}") : null };
                var code = await bench.ReceiveAsync(ask);
                await bench.ConfirmAsync(CodeBench.Try(CodeBench.Other(code), $"a{i}@example.com"));
            }
        }

        async Task<ConfirmOutcome> AnswerAsync(IssueRequest ask)
        {
            await bench.AdvanceAsync(TimeSpan.FromSeconds(61));
            var code = await bench.ReceiveAsync(ask);
            return await bench.Codes.ConfirmAsync(Try(code, Stranger, ask.Challenge));
        }

        await MissAsync(0, 25, isFresh: false);
        await bench.AdvanceAsync(TimeSpan.FromMinutes(20));
        await MissAsync(25, 25, isFresh: false);
        var blocked = await AnswerAsync(Ask(Stranger, "not fresh") with { ClientAddress = null });
        Assert.Equal(ConfirmStatus.Blocked, blocked.Status);
        // The hour begins with the first miss.
        Assert.InRange(blocked.RetryAfter, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(40));
        Assert.Equal(ConfirmStatus.Confirmed, (await AnswerAsync(Ask(IPAddress.Parse("10.9.0.1"), "fresh"))).Status);

        await MissAsync(50, 50, isFresh: true);
        Assert.Equal(ConfirmStatus.Blocked, (await AnswerAsync(Ask(IPAddress.Parse("10.9.0.2"), "fresh too"))).Status);
        Assert.Equal(ConfirmStatus.Confirmed, (await AnswerAsync(Ask(Stranger, "known") with { KnownBrowser = "known" })).Status);

        await bench.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(ConfirmStatus.Confirmed, (await AnswerAsync(Ask(Stranger, "not fresh") with { ClientAddress = null })).Status);
    }

    [Theory]
    [InlineData("-")]
    [InlineData("two words")]
    [InlineData("")]
    public async Task A_known_browser_whose_name_could_not_be_one_is_a_mistake_of_the_caller(string name)
    {
        await using var bench = await StartAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => bench.Codes.IssueAsync(CodeBench.Ask() with { KnownBrowser = name }).AsTask());
    }

    private static async Task AssertServedAsync(CodeBench bench, IssueRequest ask)
    {
        var code = await bench.ReceiveAsync(ask);
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(Try(code, ask.ClientAddress!, ask.Challenge)));
        await bench.AdvanceAsync(TimeSpan.FromSeconds(61));
    }

    private static IssueRequest Ask(IPAddress network, string challenge) => CodeBench.Ask(challenge: challenge, purpose: PurposeOf(challenge)) with
    {
        ClientAddress = network,
        WithoutCaptcha = challenge.Length == 0,
    };

    private static ConfirmRequest Try(string code, IPAddress network, string challenge) =>
        CodeBench.Try(code, challenge: challenge, purpose: PurposeOf(challenge)) with { ClientAddress = network };

    private static CodePurpose PurposeOf(string challenge) => challenge.Length == 0 ? CodePurpose.General : CodePurpose.ResetPassword;
}

public sealed class ReserveTestsHere(SharedRedis redis) : ReserveTests(redis, Place.Here);

public sealed class ReserveTestsRemote(SharedRedis redis) : ReserveTests(redis, Place.Remote);
