using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Codes;
using VerificationCodes.Diagnostics;
using VerificationCodes.Outbox;

namespace VerificationCodes.Service;

/// <summary>The service in this process, over Redis.</summary>
internal sealed class VerificationService(
    SendDecision send, CodeCheck check, CaptchaAnswers captchas, OutboxSignal signal, VerificationRecord record) : IVerificationService
{
    public async ValueTask<IssueOutcome> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var outcome = await DecideAsync(request, cancellationToken);
        if (outcome.IsSent)
        {
            signal.Set();
        }

        record.Issued(request, outcome);
        return outcome;
    }

    public async ValueTask<ConfirmOutcome> ConfirmAsync(ConfirmRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (outcome, taken) = await ConfirmUnsettledAsync(request, cancellationToken);
        if (taken != 0 && !cancellationToken.IsCancellationRequested)
        {
            // Not awaited: at worst the same browser can get its answer once more.
            _ = SettleAsync(request.Purpose, request.Address, request.Challenge, taken);
        }

        return outcome;
    }

    /// <summary>
    /// As <see cref="ConfirmAsync"/>, for a caller that does not know yet whether the outcome will arrive: until it is
    /// settled, the same browser can get it once more.
    /// </summary>
    /// <returns>The outcome, and when a right code was taken, for <see cref="SettleAsync"/>; 0: there is nothing to settle.</returns>
    public async ValueTask<(ConfirmOutcome Outcome, long Taken)> ConfirmUnsettledAsync(ConfirmRequest request, CancellationToken cancellationToken)
    {
        var checkedCode = await CheckAsync(request, cancellationToken);
        record.Checked(request, checkedCode.Outcome);
        return checkedCode;
    }

    /// <summary>The answer to a right code has arrived: the code is used up. Where Redis does not answer, it stays as it is.</summary>
    public Task SettleAsync(CodePurpose purpose, ContactAddress address, string challenge, long taken) =>
        check.SettleAsync(purpose, address, challenge, taken);

    public async ValueTask CancelAsync(ContactAddress address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        await check.CancelAsync(address, cancellationToken).OrUnavailableAsync();
    }

    private async ValueTask<IssueOutcome> DecideAsync(IssueRequest request, CancellationToken cancellationToken)
    {
        if (!send.Delivers(request.Address))
        {
            return new IssueOutcome { Status = IssueStatus.NotDeliverable };
        }

        if (captchas.Refuses(request) is { } refusal)
        {
            return new IssueOutcome { Status = refusal };
        }

        if (await send.TroubleAsync(request.Address, cancellationToken) is { Ticks: > 0 } wait)
        {
            return new IssueOutcome { Status = IssueStatus.ProviderDown, RetryAfter = wait };
        }

        return await send.RunAsync(request, captchas.Judge(request), cancellationToken).OrUnavailableAsync();
    }

    private async ValueTask<(ConfirmOutcome Outcome, long Taken)> CheckAsync(ConfirmRequest request, CancellationToken cancellationToken)
    {
        if (!TypedCode.TryRead(request.Code, out var code))
        {
            return (new ConfirmOutcome { Status = ConfirmStatus.Malformed }, 0);
        }

        return await check.RunAsync(request, code, cancellationToken).OrUnavailableAsync();
    }
}
