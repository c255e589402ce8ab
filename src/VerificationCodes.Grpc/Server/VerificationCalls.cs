using System.Net;

using Google.Protobuf;

using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Codes;
using VerificationCodes.Delivery;
using VerificationCodes.Grpc.Messages;
using VerificationCodes.Service;

namespace VerificationCodes.Grpc.Server;

/// <summary>
/// What each call does: reads its message, asks the service, writes the outcome down in numbers and words.
/// </summary>
internal sealed class VerificationCalls(IVerificationService codes, ICaptchaService captchas, INoticeService notices)
{
    private const int Success = 0;
    private const int AnythingElse = 2;
    private const string Malformed = "Malformed";

    public async ValueTask<GetVarifyRsp> GetVarifyCodeAsync(GetVarifyReq request, CancellationToken cancellationToken)
    {
        // Clients of the older system count on the address in every answer.
        if (!EmailAddress.TryParse(request.Email, out var address))
        {
            return new GetVarifyRsp { Error = AnythingElse, Email = request.Email, Status = Malformed };
        }

        var outcome = await codes.IssueAsync(
            new IssueRequest { Purpose = CodePurpose.General, Address = address, WithoutCaptcha = true }, cancellationToken);
        return new GetVarifyRsp
        {
            Error = NumberOf(outcome),
            Email = request.Email,
            Status = outcome.Status.ToString(),
            RetryAfter = SecondsOf(outcome.RetryAfter),
        };
    }

    /// <returns>The reply, and what is to be done when it was sent; <see langword="null"/>: nothing.</returns>
    public async ValueTask<(CheckVarifyRsp Reply, Action? Settle)> CheckVarifyCodeAsync(CheckVarifyReq request, CancellationToken cancellationToken)
    {
        if (!TryParseAddress(request.Email, out var address)
            || !TryParsePurpose(request.Purpose, out var purpose)
            || request.Challenge.Length > CodeScope.MaxChallengeLength
            || !TryParseClient(request.ClientAddress, out var client))
        {
            return (new CheckVarifyRsp { Error = AnythingElse, Status = Malformed }, null);
        }

        var confirm = new ConfirmRequest
        {
            Purpose = purpose,
            Address = address,
            Code = request.Code,
            Challenge = request.Challenge,
            ClientAddress = client,
        };
        var here = codes as VerificationService;
        var (outcome, taken) = here is not null
            ? await here.ConfirmUnsettledAsync(confirm, cancellationToken)
            : (await codes.ConfirmAsync(confirm, cancellationToken), 0);
        return (
            new CheckVarifyRsp
            {
                Error = outcome.IsConfirmed ? Success : AnythingElse,
                Status = outcome.Status.ToString(),
                TriesLeft = outcome.TriesLeft,
                RetryAfter = SecondsOf(outcome.RetryAfter),
                Taken = request.Settles ? taken : 0,
            },
            taken == 0 || request.Settles ? null : () => _ = here!.SettleAsync(purpose, address, request.Challenge, taken));
    }

    public async ValueTask<IssueRsp> IssueCodeAsync(IssueReq request, CancellationToken cancellationToken)
    {
        if (!TryRead(request, out var issue))
        {
            return new IssueRsp { Error = AnythingElse, Status = Malformed };
        }

        var outcome = await codes.IssueAsync(issue, cancellationToken);
        return new IssueRsp
        {
            Error = NumberOf(outcome),
            Status = outcome.Status.ToString(),
            RetryAfter = SecondsOf(outcome.RetryAfter),
            ResendAfter = SecondsOf(outcome.ResendAfter),
            ExpiresInMs = (long)outcome.ExpiresIn.TotalMilliseconds,
            Reference = outcome.Reference,
        };
    }

    public async ValueTask<StatusRsp> CancelCodesAsync(CancelReq request, CancellationToken cancellationToken)
    {
        if (!TryParseAddress(request.Address, out var address))
        {
            return new StatusRsp { Error = AnythingElse, Status = Malformed };
        }

        await codes.CancelAsync(address, cancellationToken);
        return new StatusRsp { Status = "Done" };
    }

    public async ValueTask<StatusRsp> SettleCodeAsync(SettleReq request)
    {
        if (!TryParseAddress(request.Address, out var address)
            || !TryParsePurpose(request.Purpose, out var purpose)
            || request.Challenge.Length > CodeScope.MaxChallengeLength)
        {
            return new StatusRsp { Error = AnythingElse, Status = Malformed };
        }

        if (codes is VerificationService here)
        {
            await here.SettleAsync(purpose, address, request.Challenge, request.Taken);
        }

        return new StatusRsp { Status = "Done" };
    }

    public async ValueTask<StatusRsp> SendNoticeAsync(NoticeReq request, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryParse(request.Email, out var to) || !TryParseName<NoticeKind>(request.Kind, out var kind)
            || !Notice.IsDetail(request.Detail))
        {
            return new StatusRsp { Error = AnythingElse, Status = Malformed };
        }

        await notices.SendAsync(new Notice(kind, to) { Language = LanguageOf(request.Language), Detail = request.Detail }, cancellationToken);
        return new StatusRsp { Status = "Done" };
    }

    public async ValueTask<CreateCaptchaRsp> CreateCaptchaAsync(CreateCaptchaReq request, CancellationToken cancellationToken)
    {
        if (!TryParseClient(request.ClientAddress, out var client))
        {
            return new CreateCaptchaRsp { Error = AnythingElse };
        }

        var outcome = await captchas.CreateAsync(client, request.Route, cancellationToken);
        if (outcome.Challenge is not { } captcha)
        {
            return new CreateCaptchaRsp { Error = AnythingElse, RetryAfter = SecondsOf(outcome.RetryAfter) };
        }

        return new CreateCaptchaRsp
        {
            Id = captcha.Id,
            HasImage = captcha.HasImage,
            WorkBits = captcha.WorkBits,
            ExpiresInMs = (long)captcha.ExpiresIn.TotalMilliseconds,
        };
    }

    public async ValueTask<DrawCaptchaRsp> DrawCaptchaAsync(DrawCaptchaReq request, CancellationToken cancellationToken)
    {
        if (!TryParseClient(request.ClientAddress, out var client))
        {
            return new DrawCaptchaRsp { Error = AnythingElse };
        }

        var png = await captchas.DrawAsync(request.Id, client, cancellationToken);
        return new DrawCaptchaRsp { Png = png is null ? ByteString.Empty : ByteString.CopyFrom(png) };
    }

    private static bool TryRead(IssueReq request, out IssueRequest issue)
    {
        issue = null!;
        NoticeKind? instead = null;
        if (!TryParseAddress(request.Address, out var address) || !TryParsePurpose(request.Purpose, out var purpose)
            || request.Challenge.Length > CodeScope.MaxChallengeLength
            || (request.KnownBrowser.Length > 0 && !SendDecision.IsBrowserName(request.KnownBrowser)))
        {
            return false;
        }

        if (request.Instead.Length > 0)
        {
            if (!TryParseName<NoticeKind>(request.Instead, out var kind))
            {
                return false;
            }

            instead = kind;
        }

        if (!TryParseClient(request.ClientAddress, out var client))
        {
            return false;
        }

        issue = new IssueRequest
        {
            Purpose = purpose,
            Address = address,
            Challenge = request.Challenge,
            ClientAddress = client,
            Language = LanguageOf(request.Language),
            Captcha = request.Captcha is { } captcha ? new CaptchaAnswer(captcha.Id, captcha.Text, captcha.Work, captcha.Route) : null,
            Instead = instead,
            WithoutCaptcha = request.WithoutCaptcha,
            KnownBrowser = request.KnownBrowser.Length > 0 ? request.KnownBrowser : null,
        };
        return true;
    }

    private static bool TryParseAddress(string text, out ContactAddress address)
    {
        address = null!;
        if (PhoneNumber.TryParse(text, out var number))
        {
            address = number;
        }
        else if (EmailAddress.TryParse(text, out var email))
        {
            address = email;
        }

        return address is not null;
    }

    private static bool TryParseClient(string text, out IPAddress? client)
    {
        client = null;
        return text.Length == 0 || IPAddress.TryParse(text, out client);
    }

    private static bool TryParsePurpose(string text, out CodePurpose purpose)
    {
        purpose = CodePurpose.General;
        return text.Length == 0 || CodePurposeNames.TryParse(text, out purpose);
    }

    // Enum.TryParse would take numbers and lists too.
    private static bool TryParseName<T>(string text, out T value)
        where T : struct, Enum => Enum.TryParse(text, out value) && value.ToString() == text;

    private static string LanguageOf(string text) => text.Length is > 0 and <= 35 ? text : "en";

    private static int NumberOf(IssueOutcome outcome) => outcome.IsSent ? Success : AnythingElse;

    private static int SecondsOf(TimeSpan time) => (int)Math.Ceiling(time.TotalSeconds);
}
