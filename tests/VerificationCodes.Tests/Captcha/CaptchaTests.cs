using System.Globalization;
using System.Net;

using VerificationCodes.Captcha;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Captcha;

/// <summary>A captcha is worth one decision, right or wrong.</summary>
public abstract class CaptchaTests(SharedRedis redis, Place place) : OutcomeTests(redis, place)
{
    [Fact]
    public async Task Without_a_captcha_nothing_is_sent_where_one_is_required()
    {
        await using var bench = await StartWithCaptchaAsync();

        Assert.True(bench.Captchas.IsRequired);
        Assert.Equal(IssueStatus.CaptchaMissing, (await bench.Codes.IssueAsync(CodeBench.Ask())).Status);
        Assert.Equal(IssueStatus.CaptchaMissing, await AskAsync(bench, new CaptchaAnswer(bench.Service<CaptchaAnswers>().NewId("", null), " ")));
    }

    [Fact]
    public async Task The_characters_in_the_picture_are_accepted_in_any_case_and_with_blanks()
    {
        await using var bench = await StartWithCaptchaAsync();
        var captcha = await bench.NewCaptchaAsync();
        var picture = await bench.Captchas.DrawAsync(captcha.Id);
        var text = bench.Service<CaptchaAnswers>().TextOf(captcha.Id);

        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], picture!.Take(4));
        Assert.Equal(IssueStatus.Sent, await AskAsync(bench, new CaptchaAnswer(captcha.Id, $" {text[..2].ToLowerInvariant()} {text[2..]} ")));
    }

    [Fact]
    public async Task The_characters_in_the_picture_are_accepted_in_full_width()
    {
        await using var bench = await StartWithCaptchaAsync();
        var answer = await SolvedAsync(bench);

        Assert.Equal(IssueStatus.Sent, await AskAsync(bench, answer with { Text = string.Concat(answer.Text!.Select(c => (char)(c - '!' + '！'))) }));
    }

    [Theory]
    [InlineData("\ufffe")]
    [InlineData("\ud800")]
    [InlineData("AAAA\uffff")]
    public async Task Characters_that_are_none_are_a_wrong_answer_and_no_error(string text)
    {
        await using var bench = await StartWithCaptchaAsync();
        var answer = await SolvedAsync(bench);

        Assert.Equal(IssueStatus.CaptchaWrong, await AskAsync(bench, answer with { Text = text }));
    }

    [Fact]
    public async Task A_right_captcha_is_redeemed_once()
    {
        await using var bench = await StartWithCaptchaAsync();
        var answer = await SolvedAsync(bench);

        var all = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => AskAsync(bench, answer, $"a{i}@example.com"))));

        Assert.Single(all, IssueStatus.Sent);
        Assert.Equal(49, all.Count(s => s == IssueStatus.CaptchaExpired));
    }

    [Fact]
    public async Task A_wrong_answer_uses_the_captcha_up()
    {
        await using var bench = await StartWithCaptchaAsync();
        var answer = await SolvedAsync(bench);

        Assert.Equal(IssueStatus.CaptchaWrong, await AskAsync(bench, answer with { Text = "AAAAA" }));
        Assert.Equal(IssueStatus.CaptchaExpired, await AskAsync(bench, answer));
        Assert.Null(await bench.Captchas.DrawAsync(answer.Id));
    }

    [Fact]
    public async Task A_captcha_expires_after_two_minutes()
    {
        await using var bench = await StartWithCaptchaAsync();
        var answer = await SolvedAsync(bench);
        await bench.AdvanceAsync(TimeSpan.FromSeconds(120));

        Assert.Equal(IssueStatus.CaptchaExpired, await AskAsync(bench, answer));
    }

    [Fact]
    public async Task A_captcha_is_used_up_even_where_a_limit_refuses()
    {
        await using var bench = await StartWithCaptchaAsync();
        Assert.Equal(IssueStatus.Sent, await AskAsync(bench, await SolvedAsync(bench)));
        var second = await SolvedAsync(bench);

        Assert.Equal(IssueStatus.TooSoon, await AskAsync(bench, second));
        Assert.Equal(IssueStatus.CaptchaExpired, await AskAsync(bench, second, "other@example.com"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("*:outbox              ")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAA AAAAAAAAAAAAAAA")]
    public async Task An_id_that_was_never_handed_out_is_expired_and_has_no_picture(string id)
    {
        await using var bench = await StartWithCaptchaAsync();

        Assert.Equal(IssueStatus.CaptchaExpired, await AskAsync(bench, new CaptchaAnswer(id, "AAAAA")));
        Assert.Null(await bench.Captchas.DrawAsync(id));
    }

    [Fact]
    public async Task The_proof_of_work_is_accepted_in_place_of_the_picture_once()
    {
        await using var bench = await StartWithCaptchaAsync();
        var captcha = await bench.NewCaptchaAsync();
        Assert.Equal(10, captcha.WorkBits);
        var work = Enumerable.Range(0, int.MaxValue).Select(n => n.ToString(CultureInfo.InvariantCulture))
            .First(n => LeadingZeroBits($"{captcha.Id}:{n}") >= captcha.WorkBits);

        Assert.Equal(IssueStatus.Sent, await AskAsync(bench, new CaptchaAnswer(captcha.Id, null, work)));
        Assert.Equal(IssueStatus.CaptchaExpired, await AskAsync(bench, new CaptchaAnswer(captcha.Id, null, work), "b@example.com"));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("12345678901234567")]
    public async Task Work_that_is_no_number_is_wrong(string work)
    {
        await using var bench = await StartWithCaptchaAsync();
        var captcha = await bench.NewCaptchaAsync();

        Assert.Equal(IssueStatus.CaptchaWrong, await AskAsync(bench, new CaptchaAnswer(captcha.Id, null, work)));
    }

    [Fact]
    public async Task The_work_of_one_captcha_solves_no_other_and_a_bit_less_is_not_enough()
    {
        await using var bench = await StartWithCaptchaAsync();
        var captcha = await bench.NewCaptchaAsync();
        // Found for another id, and for this one all but done.
        var work = Enumerable.Range(0, int.MaxValue).Select(n => n.ToString(CultureInfo.InvariantCulture)).First(n =>
            LeadingZeroBits($"{captcha.Id}:{n}") == 9 && LeadingZeroBits($"AAAAAAAAAAAAAAAAAAAAAA:{n}") >= 5);

        Assert.Equal(IssueStatus.CaptchaWrong, await AskAsync(bench, new CaptchaAnswer(captcha.Id, null, work)));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task The_kind_of_captcha_that_is_switched_off_is_neither_offered_nor_taken(bool image, bool work)
    {
        await using var bench = await StartAsync(o => (o.Captcha.Image, o.Captcha.ProofOfWork, o.Captcha.WorkBits) = (image, work, 8));
        var captcha = await bench.NewCaptchaAsync();
        var answer = work
            ? new CaptchaAnswer(captcha.Id, bench.Service<CaptchaAnswers>().TextOf(captcha.Id))
            : new CaptchaAnswer(captcha.Id, null, Enumerable.Range(0, int.MaxValue).Select(n => n.ToString(CultureInfo.InvariantCulture)).First(n => LeadingZeroBits($"{captcha.Id}:{n}") >= 8));

        Assert.Equal((image, work ? 8 : 0), (captcha.HasImage, captcha.WorkBits));
        Assert.Equal(image, await bench.Captchas.DrawAsync(captcha.Id) is not null);
        Assert.Equal(IssueStatus.CaptchaWrong, await AskAsync(bench, answer));
    }

    [Fact]
    public async Task A_captcha_from_before_a_key_was_put_in_front_can_be_redeemed_after_it()
    {
        await using var bench = await StartAsync(o => o.Captcha.Image = true);
        var answer = await SolvedAsync(bench);
        await using var rotated = await bench.StartAnotherAsync(o =>
        {
            o.Captcha.Image = true;
            o.Keys.Insert(0, "next:5VbZ0a0s1Jp3kq0o6Qp5m9o2Fq5Uo0m8C8c7mQxkTz4=");
        });

        Assert.Equal(IssueStatus.Sent, await AskAsync(rotated, answer));
    }

    [Fact]
    public async Task A_network_that_had_its_captchas_is_told_when_the_next_may_be_made()
    {
        await using var bench = await StartAsync(o => (o.Captcha.Image, o.Captcha.PerClientPerMinute) = (true, 3));
        var captchas = bench.Captchas;
        var home = IPAddress.Parse("192.0.2.7");

        Assert.NotNull((await captchas.CreateAsync(home)).Challenge);
        await bench.AdvanceAsync(TimeSpan.FromSeconds(20));
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () => await captchas.CreateAsync(home))));

        Assert.Equal(2, all.Count(c => c.Challenge is not null));
        Assert.All(all.Where(c => c.Challenge is null), c => Assert.InRange(c.RetryAfter.TotalSeconds, 1, 40));
        Assert.NotNull((await captchas.CreateAsync(IPAddress.Parse("192.0.2.8"))).Challenge);
        Assert.NotNull((await captchas.CreateAsync()).Challenge);
        await bench.AdvanceAsync((await captchas.CreateAsync(home)).RetryAfter);
        Assert.NotNull((await captchas.CreateAsync(home)).Challenge);
        Assert.Contains(bench.Logs.Lines, l => l.Contains("No captcha for network 192.0.2.7", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_ipv6_network_of_one_subscriber_has_one_budget_of_captchas()
    {
        await using var bench = await StartAsync(o => (o.Captcha.Image, o.Captcha.PerClientPerMinute) = (true, 1));
        var captchas = bench.Captchas;

        Assert.NotNull((await captchas.CreateAsync(IPAddress.Parse("2001:db8:1:2::1"))).Challenge);
        Assert.Null((await captchas.CreateAsync(IPAddress.Parse("2001:db8:1:2:ffff::9"))).Challenge);
        Assert.NotNull((await captchas.CreateAsync(IPAddress.Parse("2001:db8:1:3::1"))).Challenge);
    }

    /// <summary>Every captcha against every route and network: right where both are its own, and not used up elsewhere.</summary>
    [Fact]
    public async Task A_captcha_is_good_for_the_route_and_the_network_it_was_made_for_and_for_no_other()
    {
        await using var bench = await StartWithCaptchaAsync();
        string[] routes = ["", "/register", "/reset", "/register\n192.0.2.7"];
        IPAddress?[] networks = [null, IPAddress.Parse("192.0.2.7"), IPAddress.Parse("192.0.2.8"), IPAddress.Parse("2001:db8:1:2::1")];
        var number = 0;
        foreach (var (route, network) in routes.SelectMany(_ => networks, (route, network) => (route, network)))
        {
            var captcha = (await bench.Captchas.CreateAsync(network, route)).Challenge!;
            var answer = new CaptchaAnswer(captcha.Id, bench.Service<CaptchaAnswers>().TextOf(captcha.Id));
            Task<IssueOutcome> RedeemAsync(string at, IPAddress? from) => bench.Codes.IssueAsync(
                CodeBench.Ask($"bound{number++}@example.com") with { Captcha = answer with { Route = at }, ClientAddress = from }).AsTask();

            foreach (var (at, from) in routes.SelectMany(_ => networks, (at, from) => (at, from)).Where(other => other.at != route || (network is not null && !Equals(other.from, network))))
            {
                Assert.Equal(IssueStatus.CaptchaExpired, (await RedeemAsync(at, from)).Status);
            }

            Assert.Equal(IssueStatus.Sent, (await RedeemAsync(route, network)).Status);
        }
    }

    [Fact]
    public async Task A_picture_is_drawn_three_times_at_most_however_many_ask_at_once()
    {
        await using var bench = await StartWithCaptchaAsync();
        var captcha = await bench.NewCaptchaAsync();

        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => bench.Captchas.DrawAsync(captcha.Id).AsTask())));

        Assert.Equal(3, all.Count(png => png is not null));
        Assert.Equal(IssueStatus.Sent, await AskAsync(bench, new CaptchaAnswer(captcha.Id, bench.Service<CaptchaAnswers>().TextOf(captcha.Id))));
    }

    [Fact]
    public async Task A_network_has_as_many_pictures_drawn_in_a_minute_as_it_may_have_captchas()
    {
        await using var bench = await StartAsync(o => (o.Captcha.Image, o.Captcha.PerClientPerMinute) = (true, 2));
        var captchas = bench.Captchas;
        var home = IPAddress.Parse("192.0.2.7");
        var captcha = await bench.NewCaptchaAsync();
        var other = await bench.NewCaptchaAsync();

        Assert.NotNull(await captchas.DrawAsync(captcha.Id, home));
        await bench.AdvanceAsync(TimeSpan.FromSeconds(20));
        Assert.NotNull(await captchas.DrawAsync(captcha.Id, home));
        Assert.Null(await captchas.DrawAsync(other.Id, home));
        Assert.NotNull(await captchas.DrawAsync(other.Id, IPAddress.Parse("192.0.2.8")));
        await bench.AdvanceAsync(TimeSpan.FromSeconds(41));
        var later = await bench.NewCaptchaAsync();
        Assert.NotNull(await captchas.DrawAsync(later.Id, home));
    }

    private static int LeadingZeroBits(string text)
    {
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(text));
        var bits = string.Concat(hash.Select(b => Convert.ToString(b, 2).PadLeft(8, '0')));
        return bits.IndexOf('1', StringComparison.Ordinal);
    }

    private Task<CodeBench> StartWithCaptchaAsync() => StartAsync(o =>
    {
        o.Captcha.Image = true;
        o.Captcha.ProofOfWork = true;
        o.Captcha.WorkBits = 10;
    });

    private static async Task<CaptchaAnswer> SolvedAsync(CodeBench bench)
    {
        var captcha = await bench.NewCaptchaAsync();
        return new CaptchaAnswer(captcha.Id, bench.Service<CaptchaAnswers>().TextOf(captcha.Id));
    }

    private static async Task<IssueStatus> AskAsync(CodeBench bench, CaptchaAnswer answer, string to = "ann@example.com") =>
        (await bench.Codes.IssueAsync(CodeBench.Ask(to) with { Captcha = answer })).Status;
}

public sealed class CaptchaTestsHere(SharedRedis redis) : CaptchaTests(redis, Place.Here);

public sealed class CaptchaTestsRemote(SharedRedis redis) : CaptchaTests(redis, Place.Remote);
