using System.Net;

using Microsoft.Extensions.Options;

using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Codes;
using VerificationCodes.Contracts;
using VerificationCodes.Delivery;
using VerificationCodes.Grpc.Messages;
using VerificationCodes.Service;

namespace VerificationCodes.Grpc.Client;

/// <summary>
/// The services of this library in another process: the same outcomes, over gRPC. Whether a captcha is
/// required is read from this process' own settings: give both processes the same.
/// </summary>
internal sealed class RemoteServices(VerificationClient client, IOptions<VerificationOptions> options) : IRemoteVerification
{
    public bool IsRequired => options.Value.Captcha.Image || options.Value.Captcha.ProofOfWork;

    public async ValueTask<IssueOutcome> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        // As in process: over the wire these mistakes of a caller would look different.
        _ = CodeScope.Create(request.Purpose, request.Address, request.Challenge);
        _ = SendDecision.BrowserOf(request.KnownBrowser);
        var message = new IssueReq
        {
            Address = request.Address.Value,
            Purpose = request.Purpose.ToName(),
            Challenge = request.Challenge,
            ClientAddress = request.ClientAddress?.ToString() ?? "",
            Language = request.Language,
            Instead = request.Instead?.ToString() ?? "",
            WithoutCaptcha = request.WithoutCaptcha,
            KnownBrowser = request.KnownBrowser ?? "",
        };
        if (request.Captcha is { } captcha)
        {
            message.Captcha = new CaptchaReq { Id = captcha.Id, Text = captcha.Text ?? "", Work = captcha.Work ?? "", Route = captcha.Route };
        }

        var reply = await client.CallAsync((service, call) => service.IssueCodeAsync(message, call), cancellationToken);
        return new IssueOutcome
        {
            Status = Read<IssueStatus>(reply.Error, reply.Status),
            RetryAfter = TimeSpan.FromSeconds(reply.RetryAfter),
            ResendAfter = TimeSpan.FromSeconds(reply.ResendAfter),
            ExpiresIn = TimeSpan.FromMilliseconds(reply.ExpiresInMs),
            Reference = reply.Reference,
        };
    }

    public async ValueTask<ConfirmOutcome> ConfirmAsync(ConfirmRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        _ = CodeScope.Create(request.Purpose, request.Address, request.Challenge);
        var message = new CheckVarifyReq
        {
            Email = request.Address.Value,
            Purpose = request.Purpose.ToName(),
            Code = request.Code,
            Challenge = request.Challenge,
            ClientAddress = request.ClientAddress?.ToString() ?? "",
            Settles = true,
        };
        var reply = await client.CallAsync((service, call) => service.CheckVarifyCodeAsync(message, call), cancellationToken);
        if (reply.Taken != 0 && !cancellationToken.IsCancellationRequested)
        {
            // Not awaited: at worst the same browser can get its answer once more.
            _ = SettleAsync(new SettleReq { Address = message.Email, Purpose = message.Purpose, Challenge = message.Challenge, Taken = reply.Taken });
        }

        return new ConfirmOutcome
        {
            Status = Read<ConfirmStatus>(reply.Error, reply.Status),
            TriesLeft = reply.TriesLeft,
            RetryAfter = TimeSpan.FromSeconds(reply.RetryAfter),
        };
    }

    public async ValueTask CancelAsync(ContactAddress address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        Check(await client.CallAsync((service, call) => service.CancelCodesAsync(new CancelReq { Address = address.Value }, call), cancellationToken));
    }

    public async ValueTask SendAsync(Notice notice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(notice);
        var message = new NoticeReq { Email = notice.To.Value, Kind = notice.Kind.ToString(), Language = notice.Language, Detail = notice.Detail };
        Check(await client.CallAsync((service, call) => service.SendNoticeAsync(message, call), cancellationToken));
    }

    public async ValueTask<CaptchaOutcome> CreateAsync(IPAddress? clientAddress, string route, CancellationToken cancellationToken)
    {
        var message = new CreateCaptchaReq { ClientAddress = clientAddress?.ToString() ?? "", Route = route };
        var reply = await client.CallAsync((service, call) => service.CreateCaptchaAsync(message, call), cancellationToken);
        CheckError(reply.Error);
        if (reply.RetryAfter > 0)
        {
            return new CaptchaOutcome(null, TimeSpan.FromSeconds(reply.RetryAfter));
        }

        return new CaptchaOutcome(new CaptchaChallenge
        {
            Id = reply.Id,
            HasImage = reply.HasImage,
            WorkBits = reply.WorkBits,
            ExpiresIn = TimeSpan.FromMilliseconds(reply.ExpiresInMs),
        });
    }

    public async ValueTask<byte[]?> DrawAsync(string id, IPAddress? clientAddress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        var message = new DrawCaptchaReq { Id = id, ClientAddress = clientAddress?.ToString() ?? "" };
        var reply = await client.CallAsync((service, call) => service.DrawCaptchaAsync(message, call), cancellationToken);
        CheckError(reply.Error);
        return reply.Png.IsEmpty ? null : reply.Png.ToByteArray();
    }

    private async Task SettleAsync(SettleReq message)
    {
        try
        {
            await client.CallAsync((service, call) => service.SettleCodeAsync(message, call), CancellationToken.None);
        }
        catch (Exception e) when (e is VerificationUnavailableException or ObjectDisposedException)
        {
        }
    }

    private static T Read<T>(int error, string status)
        where T : struct, Enum
    {
        CheckError(error);
        return Enum.TryParse<T>(status, out var value)
            ? value
            : throw new VerificationUnavailableException("The verification service returned a status that is unknown here.");
    }

    private static void Check(StatusRsp reply)
    {
        CheckError(reply.Error);
        if (reply.Error != 0)
        {
            throw new ArgumentException("The verification service refused the request as malformed.", nameof(reply));
        }
    }

    private static void CheckError(int error)
    {
        if (error == Server.VarifyCalls.RedisAway)
        {
            throw new VerificationUnavailableException("The Redis of the verification service is away.");
        }
    }
}
