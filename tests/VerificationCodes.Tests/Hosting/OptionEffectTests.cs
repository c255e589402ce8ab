using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

using RespClient;

using TestServers;
using TestServers.Smtp;

using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Delivery;
using VerificationCodes.Delivery.Development;
using VerificationCodes.Grpc.Server;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Hosting;

/// <summary>Settings that differ from their defaults, from the configuration to what is seen of them.</summary>
public sealed class OptionEffectTests(SharedRedis redis) : IAsyncLifetime
{
    private readonly Dictionary<string, string?> _settings = new()
    {
        ["Verification:Keys:0"] = CodeBench.TestKey,
        ["Verification:KeyPrefix"] = $"t{Guid.NewGuid():N}:",
        ["Verification:Captcha:Image"] = "false",
        ["Verification:Captcha:ProofOfWork"] = "false",
    };

    private readonly RecordingTransport _transport = new();
    private IHost? _host;

    private IVerificationService Codes => Service<IVerificationService>();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
        }

        _host?.Dispose();
    }

    [Fact]
    public async Task A_code_has_the_tries_the_life_and_the_cool_down_that_are_configured()
    {
        await StartAsync(("Verification:TriesPerCode", "2"), ("Verification:CodeLifetime", "00:02:00"), ("Verification:CoolDown", "00:00:07"));

        var sent = await Codes.IssueAsync(CodeBench.Ask());
        var refused = await Codes.IssueAsync(CodeBench.Ask());

        Assert.Equal(TimeSpan.FromSeconds(7), sent.ResendAfter);
        Assert.InRange(sent.ExpiresIn, TimeSpan.FromSeconds(119), TimeSpan.FromSeconds(120));
        Assert.Equal(IssueStatus.TooSoon, refused.Status);
        Assert.InRange(refused.RetryAfter.TotalSeconds, 1, 7);
        Assert.Equal(1, (await Codes.ConfirmAsync(CodeBench.Try(await ReadOtherCodeAsync()))).TriesLeft);
        Assert.Equal(ConfirmStatus.Spent, (await Codes.ConfirmAsync(CodeBench.Try(await ReadOtherCodeAsync()))).Status);
    }

    [Fact]
    public async Task Messages_call_the_sender_as_it_is_configured()
    {
        await StartAsync(("Verification:ProductName", "Other Product"));

        await Codes.IssueAsync(CodeBench.Ask());
        await Service<INoticeService>().SendAsync(new Notice(NoticeKind.PasswordChanged, CodeBench.Email()));
        await Eventually.TrueAsync(() => _transport.Mails.Count == 2);

        Assert.All(_transport.Mails, mail =>
        {
            Assert.Contains("Other Product", mail.Subject, StringComparison.Ordinal);
            Assert.Contains("Other Product", mail.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("RedisSessionWeb", mail.Subject + mail.Text + mail.Html, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_captcha_has_the_life_and_the_work_that_are_configured()
    {
        await StartAsync(("Verification:Captcha:ProofOfWork", "true"), ("Verification:Captcha:Lifetime", "00:00:31"), ("Verification:Captcha:WorkBits", "9"));

        var captcha = (await Service<ICaptchaService>().CreateAsync()).Challenge!;
        var left = await Service<IRedisClient>().ExecuteAsync(new RedisCommand("PTTL", $"{_settings["Verification:KeyPrefix"]}img_{captcha.Id}"));

        Assert.Equal((TimeSpan.FromSeconds(31), 9), (captcha.ExpiresIn, captcha.WorkBits));
        Assert.InRange(left.AsInt64(), 1, 31_000);
    }

    [Theory]
    [InlineData(null, false, true)]
    [InlineData("true", true, true)]
    [InlineData(null, true, false)]
    public async Task Mail_goes_to_the_mail_server_that_is_named_unless_the_development_mailbox_is_switched_on(string? mailbox, bool hasServer, bool isKept)
    {
        await using var smtp = await SmtpServer.StartAsync(startTls: false);
        var builder = NewBuilder(
            ("Verification:DevelopmentMailbox", mailbox), ("Smtp:Host", hasServer ? "localhost" : null), ("Smtp:Port", $"{smtp.Port}"), ("Smtp:StartTls", "false"),
            ("Smtp:From", "codes@example.org"), ("Smtp:FromName", "The Sender"));
        await StartAsync(builder);

        await Codes.IssueAsync(CodeBench.Ask());

        if (isKept)
        {
            await Eventually.TrueAsync(async () => (await Service<IDevelopmentMailbox>().ListAsync()).Count == 1);
        }
        else
        {
            await Eventually.TrueAsync(() => smtp.Mails.Count == 1);
            Assert.Contains("The Sender", smtp.Mails[0].Header("From"), StringComparison.Ordinal);
            Assert.EndsWith("@example.org>", smtp.Mails[0].Header("Message-ID"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Text_messages_and_the_service_for_others_are_switched_on_by_the_configuration()
    {
        await StartAsync(
            ("Sms:Enabled", "true"), ("Sms:Countries:0", "DE"), ("Sms:Domain", "example.com"), ("Verification:Grpc:Enabled", "true"), ("Verification:Grpc:Port", "0"));
        Assert.True(PhoneNumber.TryParse("+4915123456789", out var number));

        Assert.True((await Codes.IssueAsync(CodeBench.Ask() with { Address = number })).IsSent);
        await Eventually.TrueAsync(() => _transport.Texts.Count == 1);

        Assert.Contains("@example.com #", _transport.Texts[0].Text, StringComparison.Ordinal);
        Assert.NotEqual(0, Service<VerificationServer>().Port);
    }

    private T Service<T>()
        where T : notnull => _host!.Services.GetRequiredService<T>();

    private async Task<string> ReadOtherCodeAsync()
    {
        await Eventually.TrueAsync(() => _transport.Mails.Count == 1);
        return CodeBench.Other(RecordingTransport.CodeIn(_transport.Mails[0]));
    }

    private Task StartAsync(params (string Key, string? Value)[] changes)
    {
        var builder = NewBuilder(changes);
        builder.Services.AddSingleton<IMailTransport>(_transport);
        builder.Services.AddSingleton<ISmsTransport>(_transport);
        return StartAsync(builder);
    }

    private async Task StartAsync(HostApplicationBuilder builder)
    {
        builder.Services.AddVerificationCodes(builder.Configuration).AddVerificationGrpc(builder.Configuration).AddVerificationMail(builder.Configuration);
        _host = builder.Build();
        await _host.StartAsync();
    }

    private HostApplicationBuilder NewBuilder(params (string Key, string? Value)[] changes)
    {
        foreach (var (key, value) in changes)
        {
            _settings[key] = value;
        }

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Configuration.AddInMemoryCollection(_settings.Where(setting => setting.Value is not null));
        builder.Services.AddRespClient(o => o.ConnectionString = redis.Server.ConnectionString);
        return builder;
    }
}
