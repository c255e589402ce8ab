using TestServers;

using VerificationCodes.Captcha;
using VerificationCodes.Delivery;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.RateLimiting;

/// <summary>
/// A Redis at its memory limit. It refuses a script only up to the script's first write: what deletes something
/// first may then write as much as it likes, and what checks first may leave half its work undone.
/// </summary>
public sealed class FullMemoryTests : IAsyncLifetime
{
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_send_is_refused_whole_and_its_captcha_can_still_be_redeemed()
    {
        await using var bench = await CodeBench.StartAsync(_server, o => (o.RunOutbox, o.Captcha.Image) = (false, true));
        var captcha = await bench.NewCaptchaAsync();
        var request = CodeBench.Ask() with { Captcha = new CaptchaAnswer(captcha.Id, bench.Service<CaptchaAnswers>().TextOf(captcha.Id)) };

        await AssertRefusedWholeAsync(async () => await bench.Codes.IssueAsync(request));

        Assert.True((await bench.Codes.IssueAsync(request)).IsSent);
    }

    [Fact]
    public async Task A_notice_is_refused_whole_even_where_old_ones_could_be_forgotten()
    {
        await using var bench = await CodeBench.StartAsync(_server, o => o.RunOutbox = false);
        var notice = new Notice(NoticeKind.PasswordChanged, CodeBench.Email());
        await bench.Service<INoticeService>().SendAsync(notice);
        await bench.AdvanceAsync(TimeSpan.FromHours(23));
        await bench.Service<INoticeService>().SendAsync(notice);
        await bench.AdvanceAsync(TimeSpan.FromHours(2));

        await AssertRefusedWholeAsync(async () => await bench.Service<INoticeService>().SendAsync(notice));
    }

    [Fact]
    public async Task Neither_a_right_nor_a_wrong_answer_is_compared_so_that_no_guess_is_free()
    {
        await using var bench = await CodeBench.StartAsync(_server);
        var code = await bench.ReceiveAsync();
        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Waiting == 0);

        await AssertRefusedWholeAsync(async () => await bench.Codes.ConfirmAsync(CodeBench.Try(CodeBench.Other(code))));
        await AssertRefusedWholeAsync(async () => await bench.Codes.ConfirmAsync(CodeBench.Try(code)));

        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(code)));
    }

    [Fact]
    public async Task A_right_answer_that_only_frees_memory_is_refused_like_a_wrong_one()
    {
        await using var bench = await CodeBench.StartAsync(_server);
        var code = await bench.ReceiveAsync(CodeBench.Ask(challenge: ""));
        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Waiting == 0);

        await AssertRefusedWholeAsync(async () => await bench.Codes.ConfirmAsync(CodeBench.Try(code, challenge: "")));
    }

    [Fact]
    public async Task Messages_that_wait_for_another_try_leave_a_full_server_all_the_same()
    {
        await using var bench = await CodeBench.StartAsync(_server);
        bench.Transport.Answer = n => Task.FromResult(n == 0 ? new DeliveryResult(DeliveryStatus.TryAgain, "busy") : DeliveryResult.Delivered);
        await bench.Codes.IssueAsync(CodeBench.Ask());
        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Delayed == 1);

        await _server.CliAsync("CONFIG", "SET", "maxmemory", "1");

        await Eventually.TrueAsync(() => bench.Transport.Mails.Count == 2);
        await Eventually.TrueAsync(async () => await bench.Service<IOutboxMonitor>().CountAsync() == new OutboxCounts(0, 0, 0));
    }

    private async Task AssertRefusedWholeAsync(Func<Task> call)
    {
        var before = await _server.CliAsync("DEBUG", "DIGEST");
        await _server.CliAsync("CONFIG", "SET", "maxmemory", "1");
        try
        {
            await Assert.ThrowsAsync<VerificationUnavailableException>(call);
        }
        finally
        {
            await _server.CliAsync("CONFIG", "SET", "maxmemory", "0");
        }

        Assert.Equal(before, await _server.CliAsync("DEBUG", "DIGEST"));
    }
}
