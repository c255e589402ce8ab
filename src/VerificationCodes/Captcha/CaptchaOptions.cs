namespace VerificationCodes.Captcha;

/// <summary>What must be solved before a message is sent, section <c>Verification:Captcha</c>.</summary>
public sealed class CaptchaOptions
{
    /// <summary>Whether pictures are drawn. Default <see langword="true"/>.</summary>
    public bool Image { get; set; } = true;

    /// <summary>Whether a proof of work is accepted instead of the picture. Default <see langword="true"/>.</summary>
    public bool ProofOfWork { get; set; } = true;

    /// <summary>Leading zero bits of the proof of work: each doubles the cost. 8 to 24; default 18.</summary>
    public int WorkBits { get; set; } = 18;

    /// <summary>How long a captcha can be redeemed. 30 to 600 s; default 120 s.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromSeconds(120);
}
