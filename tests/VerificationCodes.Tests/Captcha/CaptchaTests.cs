using System.Globalization;

using VerificationCodes.Captcha;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Captcha;

/// <summary>A captcha is worth one decision, right or wrong.</summary>
public sealed class CaptchaTests(SharedRedis redis)
{
    [Fact]
    public async Task Without_a_captcha_nothing_is_sent_where_one_is_required()
    {
        await using var bench = await StartAsync();

        Assert.True(bench.Service<ICaptchaService>().IsRequired);
        Assert.Equal(IssueStatus.CaptchaMissing, (await bench.Codes.IssueAsync(CodeBench.Ask())).Status);
        Assert.Equal(IssueStatus.CaptchaMissing, await AskAsync(bench, new CaptchaAnswer(CaptchaAnswers.NewId(), " ")));
    }

    [Fact]
    public async Task The_characters_in_the_picture_are_accepted_in_any_case_and_with_blanks()
    {
        await using var bench = await StartAsync();
        var captcha = await bench.Service<ICaptchaService>().CreateAsync();
        var picture = await bench.Service<ICaptchaService>().DrawAsync(captcha.Id);
        var text = bench.Service<CaptchaAnswers>().TextOf(captcha.Id);

        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], picture!.Take(4));
        Assert.Equal(IssueStatus.Sent, await AskAsync(bench, new CaptchaAnswer(captcha.Id, $" {text[..2].ToLowerInvariant()} {text[2..]} ")));
    }

    [Fact]
    public async Task The_characters_in_the_picture_are_accepted_in_full_width()
    {
        await using var bench = await StartAsync();
        var answer = await SolvedAsync(bench);

        Assert.Equal(IssueStatus.Sent, await AskAsync(bench, answer with { Text = string.Concat(answer.Text!.Select(c => (char)(c - '!' + '！'))) }));
    }

    [Theory]
    [InlineData("\ufffe")]
    [InlineData("\ud800")]
    [InlineData("AAAA\uffff")]
    public async Task Characters_that_are_none_are_a_wrong_answer_and_no_error(string text)
    {
        await using var bench = await StartAsync();
        var answer = await SolvedAsync(bench);

        Assert.Equal(IssueStatus.CaptchaWrong, await AskAsync(bench, answer with { Text = text }));
    }

    [Fact]
    public async Task A_right_captcha_is_redeemed_once()
    {
        await using var bench = await StartAsync();
        var answer = await SolvedAsync(bench);

        var all = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => AskAsync(bench, answer, $"a{i}@example.com"))));

        Assert.Single(all, IssueStatus.Sent);
        Assert.Equal(49, all.Count(s => s == IssueStatus.CaptchaExpired));
    }

    [Fact]
    public async Task A_wrong_answer_uses_the_captcha_up()
    {
        await using var bench = await StartAsync();
        var answer = await SolvedAsync(bench);

        Assert.Equal(IssueStatus.CaptchaWrong, await AskAsync(bench, answer with { Text = "AAAAA" }));
        Assert.Equal(IssueStatus.CaptchaExpired, await AskAsync(bench, answer));
        Assert.Null(await bench.Service<ICaptchaService>().DrawAsync(answer.Id));
    }

    [Fact]
    public async Task A_captcha_expires_after_two_minutes()
    {
        await using var bench = await StartAsync();
        var answer = await SolvedAsync(bench);
        await bench.AdvanceAsync(TimeSpan.FromSeconds(120));

        Assert.Equal(IssueStatus.CaptchaExpired, await AskAsync(bench, answer));
    }

    [Fact]
    public async Task A_captcha_is_used_up_even_where_a_limit_refuses()
    {
        await using var bench = await StartAsync();
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
    public async Task An_id_that_was_never_handed_out_is_expired_and_has_no_picture(string id)
    {
        await using var bench = await StartAsync();

        Assert.Equal(IssueStatus.CaptchaExpired, await AskAsync(bench, new CaptchaAnswer(id, "AAAAA")));
        Assert.Null(await bench.Service<ICaptchaService>().DrawAsync(id));
    }

    [Fact]
    public async Task The_proof_of_work_is_accepted_in_place_of_the_picture_once()
    {
        await using var bench = await StartAsync();
        var captcha = await bench.Service<ICaptchaService>().CreateAsync();
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
        await using var bench = await StartAsync();
        var captcha = await bench.Service<ICaptchaService>().CreateAsync();

        Assert.Equal(IssueStatus.CaptchaWrong, await AskAsync(bench, new CaptchaAnswer(captcha.Id, null, work)));
    }

    [Fact]
    public async Task The_work_of_one_captcha_solves_no_other()
    {
        await using var bench = await StartAsync();
        var captcha = await bench.Service<ICaptchaService>().CreateAsync();
        // Found for this id: no work for another, but for one in 1024 numbers.
        var work = Enumerable.Range(0, int.MaxValue).Select(n => n.ToString(CultureInfo.InvariantCulture)).First(n =>
            LeadingZeroBits($"{captcha.Id}:{n}") < 10 && LeadingZeroBits($"AAAAAAAAAAAAAAAAAAAAAA:{n}") >= 10);

        Assert.Equal(IssueStatus.CaptchaWrong, await AskAsync(bench, new CaptchaAnswer(captcha.Id, null, work)));
    }

    private static int LeadingZeroBits(string text)
    {
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(text));
        var bits = string.Concat(hash.Select(b => Convert.ToString(b, 2).PadLeft(8, '0')));
        return bits.IndexOf('1', StringComparison.Ordinal);
    }

    private Task<CodeBench> StartAsync() => CodeBench.StartAsync(redis.Server, o =>
    {
        o.Captcha.Image = true;
        o.Captcha.ProofOfWork = true;
        o.Captcha.WorkBits = 10;
    });

    private static async Task<CaptchaAnswer> SolvedAsync(CodeBench bench)
    {
        var captcha = await bench.Service<ICaptchaService>().CreateAsync();
        return new CaptchaAnswer(captcha.Id, bench.Service<CaptchaAnswers>().TextOf(captcha.Id));
    }

    private static async Task<IssueStatus> AskAsync(CodeBench bench, CaptchaAnswer answer, string to = "ann@example.com") =>
        (await bench.Codes.IssueAsync(CodeBench.Ask(to) with { Captcha = answer })).Status;
}
