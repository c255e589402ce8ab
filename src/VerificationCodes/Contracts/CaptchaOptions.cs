namespace VerificationCodes.Captcha;

/// <summary>What must be solved before a message is sent, section <c>Verification:Captcha</c>.</summary>
public sealed class CaptchaOptions
{
    /// <summary>Whether pictures are drawn. Default <see langword="true"/>.</summary>
    public bool Image { get; set; } = true;

    /// <summary>Whether a proof of work is accepted instead of the picture. Default <see langword="true"/>.</summary>
    public bool ProofOfWork { get; set; } = true;

    /// <summary>
    /// Leading zero bits of the proof of work: each doubles the cost. 8 to 24; default 20, about a second in a browser on
    /// a desktop computer.
    /// </summary>
    public int WorkBits { get; set; } = 20;

    /// <summary>
    /// Captchas that one client (an IPv4 address, an IPv6 /64) may have made in a minute: each is a key in Redis for its
    /// lifetime, and a picture to draw. 1 to 10000; default 60.
    /// </summary>
    public int PerClientPerMinute { get; set; } = 60;

    /// <summary>How long a captcha can be redeemed. 30 to 600 s; default 120 s.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromSeconds(120);
}
