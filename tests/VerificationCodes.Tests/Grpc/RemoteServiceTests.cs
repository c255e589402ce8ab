using System.Net;

using Microsoft.Extensions.DependencyInjection;

using RespClient;

using TestServers;
using TestServers.Proxy;

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
        await using var web = await StartWebAsync(service);
        var home = IPAddress.Parse("192.0.2.7");
        var captcha = (await web.Service<ICaptchaService>().CreateAsync(home, "/register")).Challenge!;
        var picture = await web.Service<ICaptchaService>().DrawAsync(captcha.Id, home);
        var answer = new CaptchaAnswer(captcha.Id, service.Service<CaptchaAnswers>().TextOf(captcha.Id), null, "/register");

        Assert.NotEmpty(picture!);
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
    public async Task The_limit_of_captchas_holds_and_tells_its_seconds_over_the_wire()
    {
        await using var service = await StartServiceAsync(captchas: 1);
        await using var web = await StartWebAsync(service);
        var captchas = web.Service<ICaptchaService>();

        Assert.NotNull((await captchas.CreateAsync(IPAddress.Parse("192.0.2.7"))).Challenge);
        var refused = await captchas.CreateAsync(IPAddress.Parse("192.0.2.7"));

        Assert.Null(refused.Challenge);
        Assert.InRange(refused.RetryAfter.TotalSeconds, 1, 60);
        Assert.NotNull((await captchas.CreateAsync(IPAddress.Parse("192.0.2.8"))).Challenge);
    }

    [Fact]
    public async Task Fresh_networks_known_browsers_and_the_network_that_answers_are_told_over_the_wire()
    {
        await using var service = await StartServiceAsync(configure: o => (o.SendsPerHour, o.SendsPerDay, o.CoolDown) = (1, 1, TimeSpan.FromSeconds(1)));
        await using var web = await StartWebAsync(service);
        IssueRequest From(string network) => CodeBench.Ask(challenge: "") with { ClientAddress = IPAddress.Parse(network), WithoutCaptcha = true };
        async Task<IssueStatus> AskAsync(IssueRequest request)
        {
            await service.AdvanceAsync(TimeSpan.FromSeconds(1));
            return (await web.Codes.IssueAsync(request)).Status;
        }

        Assert.Equal(IssueStatus.Sent, await AskAsync(From("192.0.2.1")));
        Assert.Equal(IssueStatus.AddressLimit, await AskAsync(From("192.0.2.1")));
        Assert.Equal(IssueStatus.Sent, await AskAsync(From("192.0.2.1") with { KnownBrowser = "known" }));
        Assert.Equal(IssueStatus.Sent, await AskAsync(From("192.0.2.2")));
        await Eventually.TrueAsync(() => service.Transport.Mails.Count == 3);
        var code = RecordingTransport.CodeIn(service.Transport.Mails[2]);
        for (var i = 0; i < 4; i++)
            await web.ConfirmAsync(CodeBench.Try(CodeBench.Other(code), challenge: ""));
        Assert.Equal(ConfirmStatus.Expired, await web.ConfirmAsync(CodeBench.Try(code, challenge: "")));
        Assert.Equal(
            ConfirmStatus.Confirmed, await web.ConfirmAsync(CodeBench.Try(code, challenge: "") with { ClientAddress = IPAddress.Parse("192.0.2.2") }));
    }

    [Fact]
    public async Task Cancelling_and_notices_go_over_the_wire_too()
    {
        await using var service = await StartServiceAsync();
        await using var web = await StartWebAsync(service);
        var code = await service.ReceiveAsync(CodeBench.Ask() with { WithoutCaptcha = true });

        await web.Codes.CancelAsync(CodeBench.Email());
        await web.Service<INoticeService>().SendAsync(new Notice(NoticeKind.EmailChanged, CodeBench.Email()) { Detail = "b***@example.com" });
        await Eventually.TrueAsync(() => service.Transport.Mails.Count == 2);

        Assert.Equal(ConfirmStatus.Expired, await web.ConfirmAsync(CodeBench.Try(code)));
        Assert.Contains("b***@example.com", service.Transport.Mails[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_away_is_unavailable_and_works_again_when_it_is_back()
    {
        await using var service = await StartServiceAsync();
        var port = GrpcServiceTests.PortOf(service);
        await using var web = await StartWebAsync(service);
        Assert.Equal(ConfirmStatus.Expired, await web.ConfirmAsync(CodeBench.Try("123456")));
        await service.Service<VerificationServer>().StopAsync(CancellationToken.None);

        await Assert.ThrowsAsync<VerificationUnavailableException>(async () => await web.Codes.IssueAsync(CodeBench.Ask()));
        await Assert.ThrowsAsync<VerificationUnavailableException>(async () => await web.ConfirmAsync(CodeBench.Try("123456")));

        await using var back = await StartServiceAsync(port);
        Assert.Equal(ConfirmStatus.Expired, await web.ConfirmAsync(CodeBench.Try("123456")));
    }

    [Fact]
    public async Task A_service_that_hangs_is_unavailable_after_the_configured_time()
    {
        await using var server = await RedisServer.StartAsync();
        await using var service = await StartServiceAsync(server: server);
        await using var web = await StartWebAsync(service, o => o.RemoteTimeout = TimeSpan.FromSeconds(2));
        await web.ConfirmAsync(CodeBench.Try("123456"));
        server.Suspend();
        try
        {
            await Assert.ThrowsAsync<VerificationUnavailableException>(async () => await web.ConfirmAsync(CodeBench.Try("123456")));
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
        await using var web = await StartWebAsync(
            service, o => (o.Remote, o.RemoteTimeout) = (new Uri($"http://{proxy.ConnectionString}"), TimeSpan.FromSeconds(2.5)));
        var code = await service.ReceiveAsync(CodeBench.Ask() with { WithoutCaptcha = true });
        Assert.Equal(ConfirmStatus.Wrong, await web.ConfirmAsync(CodeBench.Try(CodeBench.Other(code))));

        proxy.Drop(Direction.ToClient);
        await Assert.ThrowsAsync<VerificationUnavailableException>(async () => await web.ConfirmAsync(CodeBench.Try(code)));
        proxy.Heal();

        Assert.Equal(ConfirmStatus.Confirmed, await web.ConfirmAsync(CodeBench.Try(code)));
        Assert.Equal(ConfirmStatus.Expired, await web.ConfirmAsync(CodeBench.Try(code)));
    }

    [Fact]
    public async Task A_code_whose_answer_arrived_over_the_wire_is_gone_from_redis_at_once()
    {
        await using var service = await StartServiceAsync();
        await using var web = await StartWebAsync(service);
        var code = await service.ReceiveAsync(CodeBench.Ask() with { WithoutCaptcha = true });

        Assert.Equal(ConfirmStatus.Confirmed, await web.ConfirmAsync(CodeBench.Try(code)));

        await Eventually.TrueAsync(async () => await redis.Server.CliAsync("KEYS", service.Prefix + "code_*") == "");
    }

    [Fact]
    public async Task A_wrong_secret_is_unavailable_and_not_an_answer()
    {
        await using var service = await StartServiceAsync(secret: "a secret of 16 characters or more");
        await using var wrong = await StartWebAsync(service, o => o.RemoteSecret = "another secret of 16 characters");
        await using var right = await StartWebAsync(service, o => o.RemoteSecret = "a secret of 16 characters or more");

        await Assert.ThrowsAsync<VerificationUnavailableException>(async () => await wrong.ConfirmAsync(CodeBench.Try("123456")));
        Assert.Equal(ConfirmStatus.Expired, await right.ConfirmAsync(CodeBench.Try("123456")));
    }

    private Task<CodeBench> StartServiceAsync(int port = 0, string secret = "", RedisServer? server = null, int captchas = 60, Action<VerificationOptions>? configure = null) => CodeBench.StartAsync(
        server ?? redis.Server,
        options =>
        {
            (options.Captcha.Image, options.Captcha.PerClientPerMinute) = (true, captchas);
            configure?.Invoke(options);
        },
        services => services.AddVerificationGrpc(o => (o.Enabled, o.Port, o.Secret) = (true, port, secret)));

    /// <summary>Has no Redis at all: whatever asked for one would fail.</summary>
    private static Task<CodeBench> StartWebAsync(CodeBench service, Action<VerificationOptions>? configure = null) => CodeBench.StartAsync(
        service.Server,
        options =>
        {
            options.Keys.Clear();
            options.Remote = new Uri($"http://127.0.0.1:{GrpcServiceTests.PortOf(service)}");
            configure?.Invoke(options);
        },
        services => services.AddVerificationGrpc(_ => { }).AddSingleton<IRedisClient, NoRedis>());
}
