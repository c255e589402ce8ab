using System.Net;

using Microsoft.Extensions.DependencyInjection;

using TestServers;
using TestServers.Proxy;

using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Delivery;
using VerificationCodes.Grpc.Server;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Grpc;

/// <summary>A web application's process that asks another process for everything.</summary>
public sealed class RemoteServiceTests(SharedRedis redis)
{
    [Fact]
    public async Task The_whole_flow_has_the_same_outcomes_over_the_wire()
    {
        await using var service = await StartServiceAsync();
        await using var web = await service.StartFrontAsync();
        var home = IPAddress.Parse("192.0.2.7");
        var captcha = (await web.Captchas.CreateAsync(home, "/register")).Challenge!;
        var picture = await web.Captchas.DrawAsync(captcha.Id, home);
        var answer = new CaptchaAnswer(captcha.Id, service.Service<CaptchaAnswers>().TextOf(captcha.Id), null, "/register");

        Assert.NotEmpty(picture!);
        Assert.Equal((true, 0, 120), (captcha.HasImage, captcha.WorkBits, captcha.ExpiresIn.TotalSeconds));
        Assert.Equal(IssueStatus.CaptchaMissing, (await web.Codes.IssueAsync(CodeBench.Ask())).Status);
        Assert.Equal(IssueStatus.CaptchaExpired, (await web.Codes.IssueAsync(CodeBench.Ask() with { Captcha = answer with { Route = "/reset" }, ClientAddress = home })).Status);
        var sent = await web.Codes.IssueAsync(CodeBench.Ask() with { Captcha = answer, ClientAddress = home, Language = "zh-CN" });
        await Eventually.TrueAsync(() => service.Transport.Mails.Count == 1);
        var code = RecordingTransport.CodeIn(service.Transport.Mails[0]);

        Assert.True(sent.IsSent);
        Assert.Equal("zh-CN", service.Transport.Mails[0].Language);
        Assert.Contains(sent.Reference, service.Transport.Mails[0].Subject, StringComparison.Ordinal);
        Assert.Equal((60, 600), (sent.ResendAfter.TotalSeconds, Math.Ceiling(sent.ExpiresIn.TotalSeconds)));
        var again = await web.Codes.IssueAsync(CodeBench.Ask() with { WithoutCaptcha = true });
        Assert.Equal(IssueStatus.TooSoon, again.Status);
        Assert.InRange(again.RetryAfter.TotalSeconds, 30, 60);
        var wrong = await web.Codes.ConfirmAsync(CodeBench.Try(CodeBench.Other(code)));
        Assert.Equal((ConfirmStatus.Wrong, 4), (wrong.Status, wrong.TriesLeft));
        Assert.Equal(ConfirmStatus.Confirmed, await web.ConfirmAsync(CodeBench.Try(code)));
        Assert.Empty(web.Transport.Mails);
    }

    [Fact]
    public async Task Cancelling_and_notices_go_over_the_wire_too()
    {
        await using var service = await StartServiceAsync();
        await using var web = await service.StartFrontAsync();
        var code = await service.ReceiveAsync(CodeBench.Ask() with { WithoutCaptcha = true });

        await web.Codes.CancelAsync(CodeBench.Email());
        await web.Notices.SendAsync(new Notice(NoticeKind.EmailChanged, CodeBench.Email()) { Detail = "b***@example.com", Language = "zh-CN" });
        await Eventually.TrueAsync(() => service.Transport.Mails.Count == 2);

        Assert.Equal(ConfirmStatus.Expired, await web.ConfirmAsync(CodeBench.Try(code)));
        Assert.Contains("b***@example.com", service.Transport.Mails[1].Text, StringComparison.Ordinal);
        Assert.Equal("zh-CN", service.Transport.Mails[1].Language);
    }

    [Fact]
    public async Task A_service_that_is_away_is_unavailable_and_works_again_when_it_is_back()
    {
        await using var service = await StartServiceAsync();
        var port = GrpcServiceTests.PortOf(service);
        await using var web = await service.StartFrontAsync();
        Assert.Equal(ConfirmStatus.Expired, await web.ConfirmAsync(CodeBench.Try("123456")));
        await service.Service<VerificationServer>().StopAsync(CancellationToken.None);

        await Assert.ThrowsAsync<VerificationUnavailableException>(async () => await web.Codes.IssueAsync(CodeBench.Ask()));
        await Assert.ThrowsAsync<VerificationUnavailableException>(async () => await web.ConfirmAsync(CodeBench.Try("123456")));
        // Those who called tell of it, once; the library would with each call.
        Assert.DoesNotContain(web.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal));

        await using var back = await StartServiceAsync(port);
        Assert.Equal(ConfirmStatus.Expired, await web.ConfirmAsync(CodeBench.Try("123456")));
    }

    [Fact]
    public async Task A_service_that_hangs_is_unavailable_after_the_configured_time()
    {
        await using var server = await RedisServer.StartAsync();
        await using var service = await StartServiceAsync(server: server);
        await using var web = await service.StartFrontAsync(o => o.RemoteTimeout = TimeSpan.FromSeconds(2));
        await web.ConfirmAsync(CodeBench.Try("123456"));
        server.Suspend();
        try
        {
            var late = await Assert.ThrowsAsync<VerificationUnavailableException>(async () => await web.ConfirmAsync(CodeBench.Try("123456")));
            Assert.Contains("within 2 s", late.Message, StringComparison.Ordinal);
        }
        finally
        {
            server.Resume();
        }
    }

    [Fact]
    public async Task A_right_code_whose_answer_was_lost_on_the_wire_works_once_more_from_the_same_browser()
    {
        await using var service = await StartServiceAsync();
        await using var proxy = FaultProxy.Start(GrpcServiceTests.PortOf(service));
        await using var web = await service.StartFrontAsync(o => o.RemoteTimeout = TimeSpan.FromSeconds(2.5), proxy.Port);
        var code = await service.ReceiveAsync(CodeBench.Ask() with { WithoutCaptcha = true });
        Assert.Equal(ConfirmStatus.Wrong, await web.ConfirmAsync(CodeBench.Try(CodeBench.Other(code))));

        proxy.Drop(Direction.ToClient);
        await Assert.ThrowsAsync<VerificationUnavailableException>(async () => await web.ConfirmAsync(CodeBench.Try(code)));
        proxy.Heal();
        // A call that comes while the connection breaks may be lost as well.
        await Eventually.TrueAsync(async () =>
            await Record.ExceptionAsync(() => web.ConfirmAsync(CodeBench.Try("123456", "another@example.com"))) is null);

        Assert.Equal(ConfirmStatus.Confirmed, await web.ConfirmAsync(CodeBench.Try(code)));
        Assert.Equal(ConfirmStatus.Expired, await web.ConfirmAsync(CodeBench.Try(code)));
    }

    [Fact]
    public async Task A_code_whose_answer_arrived_over_the_wire_is_gone_from_redis_at_once()
    {
        await using var service = await StartServiceAsync();
        await using var web = await service.StartFrontAsync();
        var code = await service.ReceiveAsync(CodeBench.Ask() with { WithoutCaptcha = true });

        Assert.Equal(ConfirmStatus.Confirmed, await web.ConfirmAsync(CodeBench.Try(code)));

        await Eventually.TrueAsync(async () => await redis.Server.CliAsync("KEYS", service.Prefix + "code_*") == "");
    }

    [Fact]
    public async Task A_wrong_secret_is_unavailable_and_not_an_answer()
    {
        await using var service = await StartServiceAsync(secret: "a secret of 16 characters or more");
        await using var wrong = await service.StartFrontAsync(o => o.RemoteSecret = "another secret of 16 characters");
        await using var right = await service.StartFrontAsync(o => o.RemoteSecret = "a secret of 16 characters or more");

        await Assert.ThrowsAsync<VerificationUnavailableException>(async () => await wrong.ConfirmAsync(CodeBench.Try("123456")));
        Assert.Equal(ConfirmStatus.Expired, await right.ConfirmAsync(CodeBench.Try("123456")));
    }

    [Fact]
    public async Task A_call_that_may_have_run_is_not_sent_again_when_its_answer_is_lost()
    {
        var asked = new CountingService();
        await using var service = await StartServiceAsync(services: all => all.AddSingleton<IVerificationService>(asked));
        await using var proxy = FaultProxy.Start(GrpcServiceTests.PortOf(service));
        await using var web = await service.StartFrontAsync(port: proxy.Port);
        Assert.Equal(ConfirmStatus.Confirmed, await web.ConfirmAsync(CodeBench.Try("123456")));
        asked.During = proxy.ResetAll;

        await Assert.ThrowsAsync<VerificationUnavailableException>(async () => await web.ConfirmAsync(CodeBench.Try("123456")));

        Assert.Equal(2, asked.Count);
        asked.During = () => { };
        Assert.Equal(ConfirmStatus.Confirmed, await web.ConfirmAsync(CodeBench.Try("123456")));
    }

    [Fact]
    public async Task A_call_for_which_no_connection_could_be_made_is_sent_again_once()
    {
        await using var service = await StartServiceAsync();
        var port = GrpcServiceTests.PortOf(service);
        await service.Service<VerificationServer>().StopAsync(CancellationToken.None);
        var clock = new WaitingTime();
        await using var web = await service.StartFrontAsync(port: port, services: all => all.AddSingleton<TimeProvider>(clock));
        var confirming = web.ConfirmAsync(CodeBench.Try("123456"));
        await clock.WaitsForRetry.Task;
        await using var back = await StartServiceAsync(port);

        clock.Retry();

        Assert.Equal(ConfirmStatus.Expired, await confirming);
    }

    private Task<CodeBench> StartServiceAsync(
        int port = 0, string secret = "", RedisServer? server = null, Action<IServiceCollection>? services = null) => CodeBench.StartAsync(
        server ?? redis.Server,
        options => options.Captcha.Image = true,
        all =>
        {
            all.AddVerificationGrpc(o => (o.Enabled, o.Port, o.Secret) = (true, port, secret));
            services?.Invoke(all);
        });

    /// <summary>Finds every code right, and lets something happen before its answer is on its way.</summary>
    private sealed class CountingService : IVerificationService
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public Action During { get; set; } = () => { };

        public ValueTask<ConfirmOutcome> ConfirmAsync(ConfirmRequest request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            During();
            return ValueTask.FromResult(new ConfirmOutcome { Status = ConfirmStatus.Confirmed });
        }

        public ValueTask<IssueOutcome> IssueAsync(IssueRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask CancelAsync(ContactAddress address, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    /// <summary>The wait before a call is sent again ends when the test says so; no other ends.</summary>
    private sealed class WaitingTime : TimeProvider
    {
        private Action _retry = () => { };

        public TaskCompletionSource WaitsForRetry { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Retry() => _retry();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == TimeSpan.FromMilliseconds(100))
            {
                _retry = () => callback(state);
                WaitsForRetry.TrySetResult();
            }

            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
