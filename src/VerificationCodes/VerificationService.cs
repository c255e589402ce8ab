using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Codes;
using VerificationCodes.Delivery.Outbox;
using VerificationCodes.Diagnostics;
using VerificationCodes.RateLimiting;

namespace VerificationCodes;

/// <summary>The service in this process, over Redis.</summary>
internal sealed class VerificationService(
    SendDecision send, CodeCheck check, CaptchaAnswers captchas, OutboxSignal signal, VerificationRecord record) : IVerificationService
{
    public async ValueTask<IssueOutcome> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var outcome = await DecideAsync(request, cancellationToken);
        if (outcome.IsSent)
            signal.Set();
        record.Issued(request, outcome);
        return outcome;
    }

    public async ValueTask<ConfirmOutcome> ConfirmAsync(ConfirmRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var outcome = await CheckAsync(request, cancellationToken);
        record.Checked(request, outcome);
        return outcome;
    }

    public async ValueTask CancelAsync(ContactAddress address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        await check.CancelAsync(address, cancellationToken).OrUnavailableAsync();
    }

    private async ValueTask<IssueOutcome> DecideAsync(IssueRequest request, CancellationToken cancellationToken)
    {
        if (!send.Delivers(request.Address))
            return new IssueOutcome { Status = IssueStatus.NotDeliverable };
        if (captchas.Refuses(request) is { } refusal)
            return new IssueOutcome { Status = refusal };
        if (await send.TroubleAsync(request.Address, cancellationToken) is { Ticks: > 0 } wait)
            return new IssueOutcome { Status = IssueStatus.ProviderDown, RetryAfter = wait };
        return await send.RunAsync(request, captchas.Judge(request), cancellationToken).OrUnavailableAsync();
    }

    private async ValueTask<ConfirmOutcome> CheckAsync(ConfirmRequest request, CancellationToken cancellationToken)
    {
        if (!TypedCode.TryRead(request.Code, out var code))
            return new ConfirmOutcome { Status = ConfirmStatus.Malformed };
        return await check.RunAsync(request, code, cancellationToken).OrUnavailableAsync();
    }
}
