using Microsoft.Extensions.DependencyInjection;

using RespClient;

using TestServers;

using VerificationCodes.Delivery;
using VerificationCodes.Outbox;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Delivery;

/// <summary>Workers that die, several of them, deadlines, and a Redis that goes away.</summary>
public sealed class OutboxTests(SharedRedis redis)
{
    [Fact]
    public async Task A_message_of_a_worker_that_died_is_sent_by_another_one_once()
    {
        // Takes and never settles, as a process that was killed between taking and sending.
        await using var dead = await CodeBench.StartAsync(redis.Server, o => { o.RunOutbox = false; o.SendTimeout = TimeSpan.FromSeconds(1); });
        Assert.True((await dead.Codes.IssueAsync(CodeBench.Ask())).IsSent);
        Assert.Single(await dead.Service<MessageQueue>().TakeAsync(8, CancellationToken.None));

        await using var living = await dead.StartAnotherAsync(o => o.SendTimeout = TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => living.Transport.Mails.Count == 1);
        await living.ReceiveAsync(CodeBench.Ask("mark@example.com"));

        Assert.Equal(2, living.Transport.Mails.Count);
        Assert.Equal(0, (await living.Service<IOutboxMonitor>().CountAsync()).Waiting);
    }

    [Fact]
    public async Task A_mail_whose_sending_could_not_be_noted_goes_out_at_most_once_more()
    {
        await using var server = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var bench = await CodeBench.StartAsync(server, o => o.SendTimeout = TimeSpan.FromSeconds(1));
        // Redis dies after the mail is out and before the worker can say so.
        bench.Transport.Answer = async n =>
        {
            if (n == 0)
            {
                await server.KillAsync();
            }

            return DeliveryResult.Delivered;
        };
        await bench.Codes.IssueAsync(CodeBench.Ask());
        await Eventually.TrueAsync(() => bench.Logs.Lines.Any(l => l.Contains("could not be recorded", StringComparison.Ordinal)));

        await server.StartAgainAsync();
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                return (await bench.Service<IOutboxMonitor>().CountAsync()).Waiting == 0;
            }
            catch (VerificationUnavailableException)
            {
                return false;
            }
        });

        Assert.Equal(2, bench.Transport.Mails.Count);
        Assert.Single(bench.Transport.Mails.Select(m => m.MessageId).Distinct());
    }

    [Fact]
    public async Task Messages_whose_taking_was_not_answered_are_given_to_the_same_worker_again_and_not_those_it_holds()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server, o => o.RunOutbox = false);
        var client = new ForgetfulClient(bench.Redis);
        var queue = ActivatorUtilities.CreateInstance<MessageQueue>(bench.Service<IServiceProvider>(), client);
        for (var number = 0; number < 4; number++)
        {
            await bench.Codes.IssueAsync(CodeBench.Ask($"p{number}@example.com"));
        }

        var held = Assert.Single(await queue.TakeAsync(1, CancellationToken.None));
        for (var lost = 0; lost < 7; lost++)
        {
            client.LosesReplyWith = "";
            await Assert.ThrowsAsync<RedisTimeoutException>(() => queue.TakeAsync(2, CancellationToken.None).AsTask());
        }

        var again = await queue.TakeAsync(2, CancellationToken.None);
        var rest = await queue.TakeAsync(2, CancellationToken.None);

        Assert.Equal(3, again.Concat(rest).Select(taken => taken.EntryId).Append(held.EntryId).Distinct().Count() - 1);
        Assert.All(again, taken => Assert.Equal(1, taken.Deliveries));
        Assert.Empty(await queue.TakeAsync(2, CancellationToken.None));
    }

    [Fact]
    public async Task A_promised_mail_comes_within_seconds_though_the_reply_that_gave_it_to_the_worker_was_lost()
    {
        await using var connected = await RedisClient.ConnectAsync(redis.Server.ConnectionString);
        var client = new ForgetfulClient(connected) { LosesReplyWith = "ann@example.com" };
        await using var bench = await CodeBench.StartAsync(redis.Server, services: services => services.AddSingleton<IRedisClient>(client));
        await bench.Codes.IssueAsync(CodeBench.Ask());

        // As a message of another worker it would be left behind for 46 s.
        await Eventually.TrueAsync(() => bench.Transport.Mails.Count == 1);
        Assert.Null(client.LosesReplyWith);
    }

    [Fact]
    public async Task A_message_that_kills_its_workers_again_and_again_is_given_up()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server, o => o.RunOutbox = false);
        await bench.Codes.IssueAsync(CodeBench.Ask());
        await bench.Service<MessageQueue>().TakeAsync(8, CancellationToken.None);
        var id = (await redis.Server.CliAsync("XPENDING", bench.Prefix + "MAIL:outbox", "senders", "-", "+", "1")).Split('\n')[0];
        await redis.Server.CliAsync("XCLAIM", bench.Prefix + "MAIL:outbox", "senders", "killed", "0", id, "RETRYCOUNT", "5", "IDLE", "999999");

        await using var living = await bench.StartAnotherAsync();
        await Eventually.TrueAsync(async () => (await living.Service<IOutboxMonitor>().CountAsync()).Dead == 1);

        Assert.Equal("its workers died", (await living.Service<IOutboxMonitor>().ListDeadLettersAsync())[0].Reason);
        Assert.Empty(living.Transport.Mails);
    }

    [Fact]
    public async Task A_message_on_its_way_between_now_and_later_is_counted_once_at_every_look()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server, o => o.RunOutbox = false);
        await bench.Codes.IssueAsync(CodeBench.Ask());
        var (queue, monitor) = (bench.Service<MessageQueue>(), bench.Service<IOutboxMonitor>());
        var moving = Task.Run(async () =>
        {
            for (var move = 0; move < 2000; move++)
            {
                foreach (var taken in await queue.TakeAsync(1, CancellationToken.None))
                {
                    await queue.LaterAsync(taken, TimeSpan.Zero);
                }
            }
        });

        var seen = new HashSet<long>();
        var places = new HashSet<OutboxCounts>();
        while (!moving.IsCompleted)
        {
            var counts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => monitor.CountAsync().AsTask()));
            seen.UnionWith(counts.Select(c => c.Waiting + c.Delayed));
            places.UnionWith(counts);
        }

        await moving;
        Assert.Equal([1L], seen);
        Assert.Equal(2, places.Count); // it did move
    }

    [Fact]
    public async Task Two_workers_share_the_outbox_and_send_each_message_once()
    {
        await using var first = await CodeBench.StartAsync(redis.Server);
        await using var second = await first.StartAnotherAsync();
        await using var asking = await first.StartAnotherAsync(o => o.RunOutbox = false);
        for (var i = 0; i < 200; i++)
        {
            await asking.Codes.IssueAsync(CodeBench.Ask($"p{i}@example.com"));
        }

        await Eventually.TrueAsync(() => first.Transport.Mails.Count + second.Transport.Mails.Count >= 200);
        await Eventually.TrueAsync(async () => (await first.Service<IOutboxMonitor>().CountAsync()).Waiting == 0);

        var everybody = first.Transport.Mails.Concat(second.Transport.Mails).Select(m => m.To.Value).ToList();
        Assert.Equal(200, everybody.Count);
        Assert.Equal(200, everybody.Distinct().Count());
    }

    [Fact]
    public async Task A_message_is_tried_again_until_it_is_taken_and_then_never_again()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server);
        bench.Transport.Answer = n => Task.FromResult(n < 3 ? new DeliveryResult(DeliveryStatus.TryAgain, "busy") : DeliveryResult.Delivered);
        await bench.Codes.IssueAsync(CodeBench.Ask());
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Delayed == 1);
            await bench.AdvanceAsync(TimeSpan.FromSeconds(10));
            await Eventually.TrueAsync(() => bench.Transport.Mails.Count == attempt + 1);
        }

        await Eventually.TrueAsync(async () => await bench.Service<IOutboxMonitor>().CountAsync() == new OutboxCounts(0, 0, 0));
        Assert.Single(bench.Transport.Mails.Select(m => m.MessageId).Distinct());
        Assert.Single(bench.Transport.Mails.Select(RecordingTransport.CodeIn).Distinct());
    }

    [Fact]
    public async Task No_message_is_sent_after_its_deadline_and_the_dead_letter_says_so()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server);
        bench.Transport.Answer = _ => Task.FromResult(new DeliveryResult(DeliveryStatus.TryAgain, "busy"));
        await bench.Codes.IssueAsync(CodeBench.Ask());
        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Delayed == 1);

        await bench.AdvanceAsync(TimeSpan.FromSeconds(600));
        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Dead == 1);

        Assert.Single(bench.Transport.Mails);
        var letter = (await bench.Service<IOutboxMonitor>().ListDeadLettersAsync())[0];
        Assert.Equal(("its deadline passed", "register", "a***@example.com", 1), (letter.Reason, letter.Kind, letter.To, letter.Attempts));
    }

    [Fact]
    public async Task A_message_whose_next_try_would_come_too_late_is_given_up_at_once()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server);
        bench.Transport.Answer = _ => Task.FromResult(new DeliveryResult(DeliveryStatus.TryAgain, "busy"));
        await bench.Codes.IssueAsync(CodeBench.Ask());
        // The seventh try comes some 35 s before the end, and an eighth would come 45 s after it at the soonest.
        foreach (var wait in (int[])[3, 5, 9, 17, 33, 498])
        {
            await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Delayed == 1);
            var tries = bench.Transport.Mails.Count;
            await bench.AdvanceAsync(TimeSpan.FromSeconds(wait));
            await Eventually.TrueAsync(() => bench.Transport.Mails.Count > tries);
        }

        await Eventually.TrueAsync(async () => await bench.Service<IOutboxMonitor>().CountAsync() == new OutboxCounts(0, 0, 1));

        var letter = (await bench.Service<IOutboxMonitor>().ListDeadLettersAsync())[0];
        Assert.Equal(("no time left to try again: busy", 7), (letter.Reason, letter.Attempts));
    }

    [Fact]
    public async Task What_one_worker_has_settled_no_other_sends_again_or_gives_up()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server, o => o.RunOutbox = false);
        await bench.Codes.IssueAsync(CodeBench.Ask());
        var queue = bench.Service<MessageQueue>();
        var taken = Assert.Single(await queue.TakeAsync(8, CancellationToken.None));

        await queue.DoneAsync(taken);
        await queue.LaterAsync(taken, TimeSpan.FromSeconds(2));
        await queue.BuryAsync(taken, "too late", wasTried: true);

        Assert.Equal(new OutboxCounts(0, 0, 0), await bench.Service<IOutboxMonitor>().CountAsync());
    }

    [Fact]
    public async Task A_transport_that_throws_is_one_failed_attempt_whose_text_is_not_logged()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server);
        bench.Transport.Answer = _ => throw new InvalidOperationException("ann@example.com 123456");
        await bench.Codes.IssueAsync(CodeBench.Ask());

        await Eventually.TrueAsync(() => bench.Logs.Lines.Any(l => l.Contains("InvalidOperationException", StringComparison.Ordinal)));

        Assert.DoesNotContain(bench.Logs.Lines, l => l.Contains("123456", StringComparison.Ordinal) || l.Contains("ann@", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_no_message_becomes_a_dead_letter_and_the_next_one_is_sent()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server);
        await redis.Server.CliAsync("XADD", bench.Prefix + "MAIL:outbox", "*", "message", "{broken");

        await bench.ReceiveAsync();

        await Eventually.TrueAsync(async () => (await bench.Service<IOutboxMonitor>().CountAsync()).Dead == 1);
    }

    [Fact]
    public async Task Redis_stopped_and_started_again_leaves_a_service_that_works()
    {
        await using var server = await RedisServer.StartAsync("--appendonly", "yes");
        await using var bench = await CodeBench.StartAsync(server);
        var code = await bench.ReceiveAsync();
        await server.StopAsync();
        await Assert.ThrowsAsync<VerificationUnavailableException>(async () => await bench.Codes.IssueAsync(CodeBench.Ask("b@example.com")));
        await Assert.ThrowsAsync<VerificationUnavailableException>(async () => await bench.Codes.ConfirmAsync(CodeBench.Try(code)));

        await server.StartAgainAsync();

        await Eventually.TrueAsync(async () =>
        {
            try
            {
                return (await bench.Codes.IssueAsync(CodeBench.Ask("c@example.com"))).IsSent;
            }
            catch (VerificationUnavailableException)
            {
                return false;
            }
        });
        await Eventually.TrueAsync(() => bench.Transport.Mails.Any(m => m.To.Value == "c@example.com"));
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(code)));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(-10)]
    public async Task Instances_whose_clocks_are_ten_minutes_apart_agree_about_a_code(int minutes)
    {
        await using var bench = await CodeBench.StartAsync(redis.Server, o => o.RunOutbox = false);
        await using var sends = await bench.StartAnotherAsync(services: s => s.AddSingleton<TimeProvider>(new ShiftedTime(TimeSpan.FromMinutes(minutes))));
        await using var asks = await bench.StartAnotherAsync(
            o => o.RunOutbox = false, s => s.AddSingleton<TimeProvider>(new ShiftedTime(TimeSpan.FromMinutes(-minutes))));

        await asks.Codes.IssueAsync(CodeBench.Ask());
        await Eventually.TrueAsync(() => sends.Transport.Mails.Count == 1);

        Assert.Contains("for 10 more minutes", sends.Transport.Mails[0].Text, StringComparison.Ordinal);
        Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(RecordingTransport.CodeIn(sends.Transport.Mails[0]))));
    }

    [Fact]
    public async Task A_notice_reaches_its_owner_and_the_twenty_first_of_a_day_is_dropped()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server);
        var notice = new Notice(NoticeKind.PasswordChanged, CodeBench.Email()) { Language = "zh-CN" };
        await bench.Service<INoticeService>().SendAsync(notice);
        await bench.AdvanceAsync(TimeSpan.FromHours(1));
        for (var i = 0; i < 20; i++)
        {
            await bench.Service<INoticeService>().SendAsync(notice);
        }

        await bench.ReceiveAsync(CodeBench.Ask("mark@example.com"));
        await Eventually.TrueAsync(() => bench.Transport.Mails.Count >= 21);

        var notices = bench.Transport.Mails.Where(m => m.To.Value == "ann@example.com").ToList();
        Assert.Equal(20, notices.Count);
        Assert.Equal("您的 RedisSessionWeb 密码已修改", notices[0].Subject);
        Assert.Contains(bench.Logs.Lines, l => l.Contains("PasswordChanged to a***@example.com dropped", StringComparison.Ordinal));
        // The first one's day is over, and nobody else's.
        await bench.AdvanceAsync(TimeSpan.FromHours(23));
        await bench.Service<INoticeService>().SendAsync(notice);
        await Eventually.TrueAsync(() => bench.Transport.Mails.Count >= 22);
    }

    [Theory]
    [InlineData(0, 1.5, 2)]
    [InlineData(1, 3, 4)]
    [InlineData(4, 24, 32)]
    [InlineData(5, 45, 60)]
    [InlineData(1000, 45, 60)]
    public void The_wait_doubles_up_to_a_minute_and_is_up_to_a_quarter_shorter(int attempts, double least, double most)
    {
        Assert.Equal(most, ResendDelay.After(attempts, 0).TotalSeconds, 6);
        Assert.Equal(least, ResendDelay.After(attempts, 1).TotalSeconds, 6);
    }

    private sealed class ShiftedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
