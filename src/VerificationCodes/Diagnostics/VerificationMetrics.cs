using System.Diagnostics.Metrics;

using VerificationCodes.Codes;
using VerificationCodes.Delivery;

namespace VerificationCodes.Diagnostics;

/// <summary>The meter <c>VerificationCodes</c>. Tags are statuses and purposes, never addresses.</summary>
internal sealed class VerificationMetrics
{
    private readonly Counter<long> _issued;
    private readonly Counter<long> _checked;
    private readonly Counter<long> _captchas;
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _givenUp;

    public VerificationMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("VerificationCodes");
        _issued = meter.CreateCounter<long>("verification.issued", "{request}", "Requests for a code, by purpose and outcome.");
        _checked = meter.CreateCounter<long>("verification.checked", "{check}", "Checks of a code, by purpose and outcome.");
        _captchas = meter.CreateCounter<long>("verification.captchas", "{captcha}", "Captchas asked for, by outcome: Made or ClientLimit.");
        _attempts = meter.CreateCounter<long>("verification.delivery.attempts", "{attempt}", "Attempts to hand a message on, by channel and outcome.");
        _givenUp = meter.CreateCounter<long>("verification.delivery.dead", "{message}", "Messages given up.");
    }

    public void Issued(CodePurpose purpose, IssueStatus status) =>
        _issued.Add(1, new("purpose", purpose.ToName()), new("outcome", status.ToString()));

    public void Checked(CodePurpose purpose, ConfirmStatus status) =>
        _checked.Add(1, new("purpose", purpose.ToName()), new("outcome", status.ToString()));

    public void CaptchaAsked(bool isMade) => _captchas.Add(1, new KeyValuePair<string, object?>("outcome", isMade ? "Made" : nameof(IssueStatus.ClientLimit)));

    public void Attempted(string channel, DeliveryStatus status) =>
        _attempts.Add(1, new("channel", channel), new("outcome", status.ToString()));

    public void GivenUp() => _givenUp.Add(1);
}
