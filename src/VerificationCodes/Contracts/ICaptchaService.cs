using System.Net;

namespace VerificationCodes.Captcha;

/// <summary>
/// Hands out one-time captchas: a picture with characters to type, or, for people who cannot see it, a proof of work
/// that the browser computes. Redeemed by <see cref="IVerificationService.IssueAsync"/>, in the same step as the
/// decision to send.
/// </summary>
public interface ICaptchaService
{
    /// <summary>Whether a code is sent only for a solved captcha. False only where both kinds are switched off.</summary>
    bool IsRequired { get; }

    /// <summary>
    /// Creates a captcha that lives for <see cref="CaptchaOptions.Lifetime"/> and can be redeemed once, right or wrong.
    /// </summary>
    /// <param name="clientAddress">
    /// The client's network address, for the limit per client; see <see cref="IssueRequest.ClientAddress"/>. Default
    /// <see langword="null"/>: this one counts towards no client.
    /// </param>
    /// <param name="route">
    /// The caller's name for what the captcha is asked for, such as the page: it is redeemed only where
    /// <see cref="CaptchaAnswer.Route"/> says the same. Default: empty.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="VerificationUnavailableException">Redis, or the remote service, is away.</exception>
    /// <remarks>With a client address it is redeemed only for a request from the same network.</remarks>
    ValueTask<CaptchaOutcome> CreateAsync(IPAddress? clientAddress = null, string route = "", CancellationToken cancellationToken = default);

    /// <summary>
    /// Draws the picture, three times at most: the same one each time, so that asking again reveals nothing more.
    /// </summary>
    /// <param name="id">The captcha's id; anything else is answered with <see langword="null"/>.</param>
    /// <param name="clientAddress">
    /// Who asks: in a minute a client has as many pictures drawn as it may have captchas. Default <see langword="null"/>:
    /// this one counts towards no client.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>A PNG, or <see langword="null"/> where there is no such captcha (any more), it or the client has had its pictures, or pictures are off: answer 404.</returns>
    /// <exception cref="VerificationUnavailableException">Redis, or the remote service, is away.</exception>
    ValueTask<byte[]?> DrawAsync(string id, IPAddress? clientAddress = null, CancellationToken cancellationToken = default);
}

/// <summary>The answer to <see cref="ICaptchaService.CreateAsync"/>: a captcha, or the time to wait for one.</summary>
/// <param name="Challenge">The captcha; <see langword="null"/>: the client has had its captchas for the minute. 429, <paramref name="RetryAfter"/>.</param>
/// <param name="RetryAfter">Without a captcha: the time until another may be made, rounded up to whole seconds. Otherwise zero.</param>
public sealed record CaptchaOutcome(CaptchaChallenge? Challenge, TimeSpan RetryAfter = default);

/// <summary>A captcha to show.</summary>
public sealed record CaptchaChallenge
{
    /// <summary>Its id: 32 characters of base64url. Send it back in <see cref="CaptchaAnswer.Id"/>; it may stand in a page.</summary>
    public required string Id { get; init; }

    /// <summary>Whether there is a picture; <see cref="ICaptchaService.DrawAsync"/> gives it.</summary>
    public required bool HasImage { get; init; }

    /// <summary>
    /// For the proof of work: how many leading zero bits the SHA-256 of <c>{id}:{number}</c> (ASCII, the number in
    /// decimal) must have. Zero: switched off. Default 20, about a million hashes.
    /// </summary>
    public required int WorkBits { get; init; }

    /// <summary>How long it can be redeemed.</summary>
    public required TimeSpan ExpiresIn { get; init; }
}

/// <summary>A captcha sent back: with the characters of the picture, or with the number that the browser found.</summary>
/// <param name="Id">The captcha's id.</param>
/// <param name="Text">The typed characters; case and spaces do not matter. Empty or <see langword="null"/>: the work counts.</param>
/// <param name="Work">The number found, in decimal, at most 16 digits. Looked at only where no text was typed.</param>
/// <param name="Route">
/// What the captcha was asked for, as passed to <see cref="ICaptchaService.CreateAsync"/>. Default: empty.
/// </param>
public sealed record CaptchaAnswer(string Id, string? Text, string? Work = null, string Route = "");
