using VerificationCodes.Addresses;

namespace VerificationCodes.Delivery;

/// <summary>A way to hand a mail on. Implement it to use another provider, and register it before <c>AddVerificationCodes</c>.</summary>
public interface IMailTransport
{
    /// <summary>Hands on one mail to one mailbox.</summary>
    /// <param name="mail">The mail. Holds a code in clear: do not log it.</param>
    /// <param name="cancellationToken">
    /// Cancelled after <c>Verification:SendTimeout</c> (30 s by default) or when the process stops.
    /// </param>
    /// <returns>Whether it was taken; an exception counts as <see cref="DeliveryStatus.TryAgain"/>.</returns>
    ValueTask<DeliveryResult> SendAsync(OutgoingMail mail, CancellationToken cancellationToken);
}

/// <summary>A way to hand a text message on. Implement it to use another provider, and register it before <c>AddVerificationCodes</c>.</summary>
public interface ISmsTransport
{
    /// <summary>Hands on one message to one number.</summary>
    /// <param name="sms">The message. Holds a code in clear: do not log it.</param>
    /// <param name="cancellationToken">
    /// Cancelled after <c>Verification:SendTimeout</c> (30 s by default) or when the process stops.
    /// </param>
    /// <returns>Whether it was taken; an exception counts as <see cref="DeliveryStatus.TryAgain"/>.</returns>
    ValueTask<DeliveryResult> SendAsync(OutgoingSms sms, CancellationToken cancellationToken);
}

/// <summary>A mail ready to be sent.</summary>
public sealed record OutgoingMail
{
    /// <summary>The one mailbox it goes to.</summary>
    public required EmailAddress To { get; init; }

    /// <summary>The subject: one line.</summary>
    public required string Subject { get; init; }

    /// <summary>The plain-text form.</summary>
    public required string Text { get; init; }

    /// <summary>The HTML form: a whole document, no pictures and no links to elsewhere.</summary>
    public required string Html { get; init; }

    /// <summary>The language of the text, <c>en</c> or <c>zh-CN</c>.</summary>
    public required string Language { get; init; }

    /// <summary>
    /// The Message-ID up to its <c>@</c>, which the sender's domain follows. It is the same in every attempt, so that a
    /// second copy can be recognised.
    /// </summary>
    public required string MessageId { get; init; }

    /// <summary>The kind and the masked address, never the text.</summary>
    public override string ToString() => $"mail to {To}";
}

/// <summary>A text message ready to be sent.</summary>
/// <param name="To">The number it goes to.</param>
/// <param name="Text">The text, with the code.</param>
public sealed record OutgoingSms(PhoneNumber To, string Text)
{
    /// <summary>The kind and the masked number, never the text.</summary>
    public override string ToString() => $"sms to {To}";
}

/// <summary>The outcome of an attempt.</summary>
public enum DeliveryStatus
{
    /// <summary>Taken by the next hop.</summary>
    Delivered,

    /// <summary>Not now: it is tried again with back-off until its deadline.</summary>
    TryAgain,

    /// <summary>Never: it becomes a dead letter.</summary>
    Rejected,

    /// <summary>
    /// The next hop had the message and gave no answer: it may have taken it. It is tried once more; if that ends the
    /// same way, it becomes a dead letter, so that nobody gets a third copy.
    /// </summary>
    Unknown,
}

/// <summary>The answer of a transport.</summary>
/// <param name="Status">The outcome.</param>
/// <param name="Reason">Why not, in words fit for a log: no address, no text of the message. Empty when delivered.</param>
public readonly record struct DeliveryResult(DeliveryStatus Status, string Reason = "")
{
    /// <summary>Taken by the next hop.</summary>
    public static DeliveryResult Delivered => new(DeliveryStatus.Delivered);
}
