using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

using VerificationCodes.Addresses;

namespace VerificationCodes.Codes;

/// <summary>What a code is bound to: purpose, address, and the browser that asked.</summary>
/// <param name="Purpose">What it is for.</param>
/// <param name="Address">The normalised address.</param>
/// <param name="Browser">The hash of the challenge: the challenge itself is never stored.</param>
internal readonly record struct CodeScope(CodePurpose Purpose, string Address, string Browser)
{
    /// <summary>The longest challenge accepted.</summary>
    public const int MaxChallengeLength = 128;

    public static CodeScope Create(CodePurpose purpose, ContactAddress address, string challenge) =>
        new(purpose, address.Value, BrowserOf(challenge));

    /// <summary>The bytes that the keyed hashes run over: each part with its length, so that no two scopes share them.</summary>
    public byte[] ToBytes(string last)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Purpose.ToName());
            writer.Write(Address);
            writer.Write(Browser);
            writer.Write(last);
        }

        return stream.ToArray();
    }

    private static string BrowserOf(string challenge)
    {
        if (challenge.Length > MaxChallengeLength)
        {
            throw new ArgumentException($"A challenge has at most {MaxChallengeLength} characters, this one has {challenge.Length}.", nameof(challenge));
        }

        return challenge.Length == 0 ? "-" : Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(challenge)).AsSpan(0, 16));
    }
}

/// <summary>The names of purposes in keys, in hashes and on the wire.</summary>
internal static class CodePurposeNames
{
    public static string ToName(this CodePurpose purpose) => purpose switch
    {
        CodePurpose.General => "general",
        CodePurpose.Register => "register",
        CodePurpose.SignIn => "sign-in",
        CodePurpose.ResetPassword => "reset-password",
        CodePurpose.ChangeEmail => "change-email",
        CodePurpose.ConfirmPhone => "confirm-phone",
        CodePurpose.DeleteAccount => "delete-account",
        _ => throw new ArgumentOutOfRangeException(nameof(purpose), purpose, "Not a purpose."),
    };

    public static bool TryParse(string name, out CodePurpose purpose)
    {
        foreach (var candidate in Enum.GetValues<CodePurpose>())
        {
            if (candidate.ToName() == name)
            {
                purpose = candidate;
                return true;
            }
        }

        purpose = default;
        return false;
    }
}
