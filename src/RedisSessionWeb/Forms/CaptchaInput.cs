using VerificationCodes.Captcha;

namespace RedisSessionWeb.Forms;

/// <summary>The captcha of a form: what is shown, and what comes back.</summary>
internal sealed class CaptchaInput
{
    /// <summary>The name of the input for the characters.</summary>
    public const string TextField = "Captcha.Text";

    public string? Id { get; set; }

    public string? Text { get; set; }

    public string? Work { get; set; }

    public CaptchaAnswer? AnswerOf(string route) => Id is null ? null : new CaptchaAnswer(Id, Text, Work, route);
}
