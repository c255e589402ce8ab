using System.Net;

using Microsoft.Extensions.Options;

using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Codes;
using VerificationCodes.Delivery;
using VerificationCodes.Grpc.Messages;

namespace VerificationCodes.Grpc;

/// <summary>
/// The services of this library where another process has them: the same outcomes, over gRPC. Whether a captcha is
/// required is read from this process' own settings: give both processes the same.
/// </summary>
internal sealed class RemoteServices(VerificationClient client, IOptions<VerificationOptions> options) : IVerificationService, ICaptchaService, INoticeService
{
    public bool IsRequired => options.Value.Captcha.Image || options.Value.Captcha.ProofOfWork;

    public async ValueTask<IssueOutcome> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
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
            message.Captcha = new CaptchaReq { Id = captcha.Id, Text = captcha.Text ?? "", Work = captcha.Work ?? "", Route = captcha.Route };
        var reply = await client.CallAsync("IssueCode", message, IssueRsp.Parser, cancellationToken);
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
        var message = new CheckVarifyReq
        {
            Email = request.Address.Value,
            Purpose = request.Purpose.ToName(),
            Code = request.Code,
            Challenge = request.Challenge,
            ClientAddress = request.ClientAddress?.ToString() ?? "",
        };
        var reply = await client.CallAsync("CheckVarifyCode", message, CheckVarifyRsp.Parser, cancellationToken);
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
        Check(await client.CallAsync("CancelCodes", new CancelReq { Address = address.Value }, StatusRsp.Parser, cancellationToken));
    }

    public async ValueTask SendAsync(Notice notice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(notice);
        var message = new NoticeReq { Email = notice.To.Value, Kind = notice.Kind.ToString(), Language = notice.Language, Detail = notice.Detail };
        Check(await client.CallAsync("SendNotice", message, StatusRsp.Parser, cancellationToken));
    }

    public async ValueTask<CaptchaOutcome> CreateAsync(IPAddress? clientAddress, string route, CancellationToken cancellationToken)
    {
        var message = new CreateCaptchaReq { ClientAddress = clientAddress?.ToString() ?? "", Route = route };
        var reply = await client.CallAsync("CreateCaptcha", message, CreateCaptchaRsp.Parser, cancellationToken);
        CheckError(reply.Error);
        if (reply.RetryAfter > 0)
            return new CaptchaOutcome(null, TimeSpan.FromSeconds(reply.RetryAfter));
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
        var reply = await client.CallAsync("DrawCaptcha", message, DrawCaptchaRsp.Parser, cancellationToken);
        CheckError(reply.Error);
        return reply.Png.IsEmpty ? null : reply.Png.ToByteArray();
    }

    private static T Read<T>(int error, string status)
        where T : struct, Enum
    {
        CheckError(error);
        return Enum.TryParse<T>(status, out var value)
            ? value
            : throw new VerificationUnavailableException("The verification service answered a status that is unknown here.");
    }

    private static void Check(StatusRsp reply)
    {
        CheckError(reply.Error);
        if (reply.Error != 0)
            throw new ArgumentException("The verification service refused the request as malformed.", nameof(reply));
    }

    private static void CheckError(int error)
    {
        if (error == GrpcDispatcher.RedisAway)
            throw new VerificationUnavailableException("The Redis of the verification service is away.");
    }
}
