namespace VerificationCodes.Captcha;

internal static class CaptchaPicture
{
    public static byte[] Draw(string text, int seed) => [];
}
