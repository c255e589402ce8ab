using Microsoft.Extensions.Logging;

using VerificationCodes.Addresses;

namespace VerificationCodes.Diagnostics;

/// <summary>Records requests and their outcomes, in log and metrics.</summary>
internal sealed class VerificationRecord(VerificationMetrics metrics, ILogger<VerificationRecord> log)
{
    public void Issued(IssueRequest request, IssueOutcome outcome)
    {
        metrics.Issued(request.Purpose, outcome.Status);
        log.Issued(request.Purpose, request.Address.Masked, outcome.Status, outcome.RetryAfter.TotalSeconds);
    }

    public void CaptchaAsked(bool isMade, ClientNetwork? client)
    {
        metrics.CaptchaAsked(isMade);
        if (!isMade)
        {
            log.CaptchaRefused(client.ToString() ?? "");
        }
    }

    public void Checked(ConfirmRequest request, ConfirmOutcome outcome)
    {
        metrics.Checked(request.Purpose, outcome.Status);
        log.Checked(request.Purpose, request.Address.Masked, outcome.Status);
    }
}
