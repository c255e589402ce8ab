using System.Buffers.Text;
using System.Security.Cryptography;

namespace VerificationCodes;

/// <summary>The secret that binds a code to the browser that asked for it (OWASP ASVS 5.0.0, 6.6.2).</summary>
public static class VerificationChallenge
{
    /// <summary>
    /// 128 random bits in base64url, 22 characters. Make one when a flow starts, keep it in the session, and pass it to
    /// every request of that flow; never put it into a page or a URL.
    /// </summary>
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
}
