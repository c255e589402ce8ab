using Microsoft.Extensions.DependencyInjection;

using TestServers;

using VerificationCodes.Delivery;
using VerificationCodes.Outbox;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Delivery;

/// <summary>How long messages, attempts and keys of the outbox last.</summary>
public sealed class OutboxTimeTests(SharedRedis redis)
{
    [Fact]
    public async Task A_notice_that_waits_is_tried_for_a_day_and_not_only_as_long_as_a_code()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server);
        bench.Transport.Answer = n => Task.FromResult(n == 0 ? new DeliveryResult(DeliveryStatus.TryAgain, "busy") : DeliveryResult.Delivered);
        await bench.Service<INoticeService>().SendAsync(new Notice(NoticeKind.PasswordChanged, CodeBench.Email()));
        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Delayed == 1);

        await bench.AdvanceAsync(TimeSpan.FromHours(23));

        await Eventually.TrueAsync(() => bench.Transport.Mails.Count == 2);
    }

    [Fact]
    public async Task Every_key_of_the_outbox_expires_whatever_has_become_of_its_messages()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server, o => o.RunOutbox = false);
        var queue = bench.Service<MessageQueue>();
        async Task<TakenMessage> TakeAsync() => Assert.Single(await queue.TakeAsync(1, CancellationToken.None));
        await bench.Service<INoticeService>().SendAsync(new Notice(NoticeKind.PasswordChanged, CodeBench.Email()));
        await AssertExpiresAsync("MAIL:outbox");
        await AssertExpiresAsync("notices_ann@example.com");
        await queue.DoneAsync(await TakeAsync());
        await bench.Codes.IssueAsync(CodeBench.Ask());
        await queue.LaterAsync(await TakeAsync(), TimeSpan.Zero);
        // As after two days in which nobody asked for anything.
        await redis.Server.CliAsync("DEL", bench.Prefix + "MAIL:outbox");
        var taken = await TakeAsync();
        await AssertExpiresAsync("MAIL:outbox");
        await queue.BuryAsync(taken, "refused", wasTried: true);
        await bench.Codes.IssueAsync(CodeBench.Ask("bob@example.com"));
        await queue.LaterAsync(await TakeAsync(), TimeSpan.FromMinutes(1));

        await AssertExpiresAsync("MAIL:outbox");
        await AssertExpiresAsync("MAIL:delayed");
        await AssertExpiresAsync("MAIL:dead");
        async Task AssertExpiresAsync(string key) =>
            Assert.NotInRange(int.Parse(await redis.Server.CliAsync("TTL", bench.Prefix + key), System.Globalization.CultureInfo.InvariantCulture), -2, 0);
    }

    [Fact]
    public async Task An_attempt_that_hangs_ends_with_the_deadline_of_its_message()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server, o => o.RunOutbox = false);
        await bench.Codes.IssueAsync(CodeBench.Ask());
        var taken = Assert.Single(await bench.Service<MessageQueue>().TakeAsync(1, CancellationToken.None));
        await bench.Service<MessageQueue>().LaterAsync(taken, TimeSpan.Zero);
        await bench.AdvanceAsync(TimeSpan.FromSeconds(598));
        var hangs = new RecordingTransport { Answer = _ => new TaskCompletionSource<DeliveryResult>().Task };

        await using var sends = await bench.StartAnotherAsync(services: all => all.AddSingleton<IMailTransport>(hangs));
        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Dead == 1);
    }

    [Fact]
    public async Task A_message_is_not_tried_again_before_its_time_has_come()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server, o => o.RunOutbox = false);
        var queue = bench.Service<MessageQueue>();
        Assert.Empty(await queue.TakeAsync(1, CancellationToken.None));
        await bench.Codes.IssueAsync(CodeBench.Ask());
        await queue.LaterAsync(Assert.Single(await queue.TakeAsync(1, CancellationToken.None)), TimeSpan.FromSeconds(40));

        await bench.AdvanceAsync(TimeSpan.FromSeconds(20));
        Assert.Empty(await queue.TakeAsync(1, CancellationToken.None));
        await bench.AdvanceAsync(TimeSpan.FromSeconds(20));
        Assert.Single(await queue.TakeAsync(1, CancellationToken.None));
    }
}
