using System.Buffers.Text;
using System.Net;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

using Microsoft.Extensions.Options;

using VerificationCodes.Addresses;
using VerificationCodes.Codes;

namespace VerificationCodes.Captcha;

/// <summary>
/// The answers to captchas: derived from the id, so that Redis keeps nothing but that a captcha can still be redeemed.
/// </summary>
internal sealed class CaptchaAnswers(ServerKeys serverKeys, IOptions<VerificationOptions> options)
{
    /// <summary>No look-alikes in the picture: no 0 O Q, 1 I L J, 2 Z, 5 S, 6 G, 7, 8 B, U V.</summary>
    internal const string Alphabet = "349ACDEFHKMNPRTWXY";

    internal const int Length = 5;

    // Random bytes, then a MAC that binds them to a route and a network, so that Redis need not keep these.
    private const int RandomBytes = 16;
    private const int BindingBytes = 8;
    private const int IdLength = (RandomBytes + BindingBytes) * 4 / 3;

    // 2^53: numbers that JavaScript counts exactly have at most 16 digits.
    private const int MaxWorkLength = 16;

    private CaptchaOptions Settings => options.Value.Captcha;

    public bool IsRequired => Settings.Image || Settings.ProofOfWork;

    /// <summary>The id of a new captcha, good for a route and a network.</summary>
    /// <param name="route">The caller's name for it.</param>
    /// <param name="client">The network; <see langword="null"/>: any.</param>
    public string NewId(string route, ClientNetwork? client)
    {
        Span<byte> id = stackalloc byte[RandomBytes + BindingBytes];
        RandomNumberGenerator.Fill(id[..RandomBytes]);
        BindingOf(serverKeys.Current, id[..RandomBytes], route, client?.ToString()).CopyTo(id[RandomBytes..]);
        return Base64Url.EncodeToString(id);
    }

    public static bool IsId(string id) =>
        id.Length == IdLength && Base64Url.IsValid(id, out var length) && length == RandomBytes + BindingBytes;

    /// <summary>What can be refused without asking Redis; null: nothing.</summary>
    public IssueStatus? Refuses(IssueRequest request)
    {
        if (!IsRequired || request.WithoutCaptcha)
        {
            return null;
        }

        var answer = request.Captcha;
        if (answer is null || (string.IsNullOrWhiteSpace(answer.Text) && string.IsNullOrWhiteSpace(answer.Work)))
        {
            return IssueStatus.CaptchaMissing;
        }

        return IsId(answer.Id) && IsFor(answer, request.ClientAddress) ? null : IssueStatus.CaptchaExpired;
    }

    /// <summary>Whether an answer is right. The send script checks whether the captcha can still be redeemed.</summary>
    public CaptchaVerdict Judge(IssueRequest request)
    {
        if (!IsRequired || request.WithoutCaptcha || request.Captcha is not { } answer)
        {
            return CaptchaVerdict.NotRequired;
        }

        var right = string.IsNullOrWhiteSpace(answer.Text)
            ? Settings.ProofOfWork && IsWork(answer.Id, answer.Work ?? "", Settings.WorkBits)
            : Settings.Image && IsText(answer.Id, answer.Text);
        return right ? CaptchaVerdict.Right : CaptchaVerdict.Wrong;
    }

    /// <summary>The characters in the picture.</summary>
    public string TextOf(string id) => TextOf(serverKeys.Current, id);

    /// <summary>The seed of everything random in the picture: asking again shows the same one.</summary>
    public int SeedOf(string id) => BitConverter.ToInt32(HMACSHA256.HashData(serverKeys.Current.Captchas, Encoding.ASCII.GetBytes("seed " + id)));

    /// <summary>
    /// One hash, however many the browser computed: whether SHA-256 of <c>id:number</c> starts with so many zero bits.
    /// </summary>
    internal static bool IsWork(string id, string work, int bits)
    {
        if (work.Length is 0 or > MaxWorkLength || work.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        var hash = SHA256.HashData(Encoding.ASCII.GetBytes($"{id}:{work}"));
        return BitOperations.LeadingZeroCount(BitConverter.ToUInt32([hash[3], hash[2], hash[1], hash[0]])) >= bits;
    }

    private bool IsFor(CaptchaAnswer answer, IPAddress? address)
    {
        Span<byte> id = stackalloc byte[RandomBytes + BindingBytes];
        Base64Url.DecodeFromChars(answer.Id, id);
        var network = address is null ? null : new ClientNetwork(address).ToString();
        var isFor = false;
        foreach (var key in serverKeys.All)
        {
            isFor |= CryptographicOperations.FixedTimeEquals(BindingOf(key, id[..RandomBytes], answer.Route, network), id[RandomBytes..]);
            isFor |= CryptographicOperations.FixedTimeEquals(BindingOf(key, id[..RandomBytes], answer.Route, null), id[RandomBytes..]);
        }

        return isFor;
    }

    private static ReadOnlySpan<byte> BindingOf(ServerKey key, ReadOnlySpan<byte> random, string route, string? network) => HMACSHA256.HashData(
        key.Captchas, Encoding.UTF8.GetBytes($"for {Base64Url.EncodeToString(random)}\n{route}\n{network}")).AsSpan(0, BindingBytes);

    private bool IsText(string id, string typed)
    {
        Span<char> plain = stackalloc char[Length];
        var count = 0;
        foreach (var c in typed.Length > 64 ? "" : typed)
        {
            if (char.IsWhiteSpace(c))
            {
                continue;
            }

            if (count == Length)
            {
                return false;
            }
            // Full-width forms stand at one distance from ASCII. Normalize would throw on what is no character.
            plain[count++] = char.ToUpperInvariant(c is >= '！' and <= '～' ? (char)(c - '！' + '!') : c);
        }

        var given = Encoding.UTF8.GetBytes(plain[..count].ToString());
        var right = false;
        foreach (var key in serverKeys.All)
        {
            right |= CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(TextOf(key, id)));
        }

        return right;
    }

    private static string TextOf(ServerKey key, string id)
    {
        // A byte above the last whole multiple of the alphabet would make some characters likelier.
        var limit = 256 - 256 % Alphabet.Length;
        var text = new StringBuilder(Length);
        for (var round = 0; text.Length < Length; round++)
        {
            foreach (var b in HMACSHA256.HashData(key.Captchas, Encoding.ASCII.GetBytes($"text {id} {round}")))
            {
                if (b < limit && text.Length < Length)
                {
                    text.Append(Alphabet[b % Alphabet.Length]);
                }
            }
        }

        return text.ToString();
    }
}
