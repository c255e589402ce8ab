using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

using TestServers;

using VerificationCodes;
using VerificationCodes.Addresses;
using VerificationCodes.Delivery;

namespace RespClient.StackExchangeRedis.Tests;

/// <summary>Verification codes over StackExchange.Redis: the decision to send, the outbox and its worker, and the check.</summary>
public sealed partial class CodeTests(Multiplexed redis) : IClassFixture<Multiplexed>, IMailTransport
{
    private readonly ConcurrentQueue<OutgoingMail> _mails = new();

    public ValueTask<DeliveryResult> SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        _mails.Enqueue(mail);
        return new(DeliveryResult.Delivered);
    }

    [Fact]
    public async Task A_code_is_issued_delivered_by_the_outbox_and_confirmed_once()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development" });
        builder.Services.AddSingleton(redis.Connection).AddStackExchangeRedisClient();
        builder.Services.AddSingleton<IMailTransport>(this);
        builder.Services.AddVerificationCodes(options =>
        {
            options.Captcha.Image = options.Captcha.ProofOfWork = false;
            options.DevelopmentMailbox = false;
        });
        builder.Services.Configure<SmtpOptions>(smtp => (smtp.Host, smtp.From) = ("mail.invalid", "site@example.com"));
        using var host = builder.Build();
        await host.StartAsync();
        var codes = host.Services.GetRequiredService<IVerificationService>();
        Assert.True(EmailAddress.TryParse("ann@example.com", out var address));

        var issued = await codes.IssueAsync(new IssueRequest
        {
            Purpose = CodePurpose.Register, Address = address, Challenge = "browser", ClientAddress = IPAddress.Loopback,
        });
        Assert.Equal(IssueStatus.Sent, issued.Status);
        await Eventually.TrueAsync(() => !_mails.IsEmpty);
        Assert.True(_mails.TryPeek(out var mail));
        var code = Digits().Match(mail.Text).Value;

        var request = new ConfirmRequest { Purpose = CodePurpose.Register, Address = address, Challenge = "browser", Code = code };
        Assert.True((await codes.ConfirmAsync(request)).IsConfirmed);
        Assert.False((await codes.ConfirmAsync(request)).IsConfirmed);
        await host.StopAsync();
    }

    [GeneratedRegex(@"\b\d{6}\b")]
    private static partial Regex Digits();
}
