namespace VerificationCodes.Captcha;

/// <summary>What a captcha that was sent along is worth.</summary>
internal enum CaptchaVerdict
{
    NotRequired,
    Right,
    Wrong,
}
