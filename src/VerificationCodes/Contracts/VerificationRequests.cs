using System.Net;

using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Delivery;

namespace VerificationCodes;

/// <summary>What a code is for. A code issued for one purpose confirms no other.</summary>
public enum CodePurpose
{
    /// <summary>Any purpose of the caller: used for callers of the gRPC service that name none.</summary>
    General,

    /// <summary>A new account.</summary>
    Register,

    /// <summary>Signing in with a code instead of a password.</summary>
    SignIn,

    /// <summary>A forgotten password.</summary>
    ResetPassword,

    /// <summary>The new address of an account.</summary>
    ChangeEmail,

    /// <summary>A phone number of an account.</summary>
    ConfirmPhone,

    /// <summary>The end of an account.</summary>
    DeleteAccount,
}

/// <summary>Asks for a code to be sent.</summary>
public sealed record IssueRequest
{
    /// <summary>What the code is for.</summary>
    public required CodePurpose Purpose { get; init; }

    /// <summary>Where to send it: an <see cref="EmailAddress"/> or a <see cref="PhoneNumber"/>.</summary>
    public required ContactAddress Address { get; init; }

    /// <summary>
    /// The browser's own secret, from <see cref="VerificationChallenge.Create"/>, kept in its session. Only the same
    /// challenge confirms the code. Default: empty, for callers that have no browser; at most 128 characters.
    /// </summary>
    public string Challenge { get; init; } = "";

    /// <summary>
    /// The client's network address, for the limit per client (an IPv6 /64 counts as one) and for the reserve of networks
    /// that have not asked for this address within 24 hours. Take it from the
    /// connection, or from X-Forwarded-For only where configured proxies set it. Default <see langword="null"/>: this
    /// request counts towards no client.
    /// </summary>
    public IPAddress? ClientAddress { get; init; }

    /// <summary>
    /// The caller's name for the browser that asks, where it has signed in to the account of this address before, and the
    /// caller has made sure of that: 2 to 64 letters, digits, <c>-</c> and <c>_</c>, no secret. Such a browser has a reserve of its own, so
    /// that no stranger can keep a code from it. Default <see langword="null"/>: unknown.
    /// </summary>
    public string? KnownBrowser { get; init; }

    /// <summary>The page's language, such as <c>zh-CN</c>. Default <c>en</c>; what there is no template for gets <c>en</c>.</summary>
    public string Language { get; init; } = "en";

    /// <summary>The solved captcha; needed where <see cref="ICaptchaService.IsRequired"/>. Default <see langword="null"/>.</summary>
    public CaptchaAnswer? Captcha { get; init; }

    /// <summary>
    /// Whether no captcha is asked for: for callers that are processes and can show none, such as a gate. All limits
    /// hold. Default <see langword="false"/>.
    /// </summary>
    public bool WithoutCaptcha { get; init; }

    /// <summary>
    /// The notice the owner gets instead of a code. The outcome is the same as ever, and every answer to
    /// <see cref="IVerificationService.ConfirmAsync"/> too, except that no code is right. Default
    /// <see langword="null"/>: a code.
    /// </summary>
    public NoticeKind? Instead { get; init; }
}

/// <summary>Asks whether a typed code is right.</summary>
public sealed record ConfirmRequest
{
    /// <summary>What the code must have been issued for.</summary>
    public required CodePurpose Purpose { get; init; }

    /// <summary>Where the code was sent.</summary>
    public required ContactAddress Address { get; init; }

    /// <summary>
    /// What the person typed. Blanks, dashes, invisible marks, digits of every script, a word with a colon before them and a full
    /// stop behind them are accepted; what is not six digits then is
    /// <see cref="ConfirmStatus.Malformed"/> and costs no try.
    /// </summary>
    public required string Code { get; init; }

    /// <summary>The challenge the code was issued with. Default: empty.</summary>
    public string Challenge { get; init; } = "";

    /// <summary>
    /// The client's network address, as in <see cref="IssueRequest.ClientAddress"/>. It matters where there is no challenge:
    /// the last try of such a code is for the network that asked for it. Default <see langword="null"/>: unknown.
    /// </summary>
    public IPAddress? ClientAddress { get; init; }
}
