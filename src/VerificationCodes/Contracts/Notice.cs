using VerificationCodes.Addresses;

namespace VerificationCodes.Delivery;

/// <summary>Mails that are not codes.</summary>
public enum NoticeKind
{
    /// <summary>Someone tried to register with this address, which already has an account. Mostly in place of a code.</summary>
    AlreadyRegistered,

    /// <summary>
    /// A user of another account wanted this address for it, but the address has an account. In place of a code.
    /// </summary>
    AddressWanted,

    /// <summary>Someone asked for a code to sign in or to reset a password, but no account has this address. In place of a code.</summary>
    NoAccount,

    /// <summary>The password was changed.</summary>
    PasswordChanged,

    /// <summary>The password was reset by a code.</summary>
    PasswordReset,

    /// <summary>The account's address was changed; goes to the old one. <see cref="Notice.Detail"/>: the new one, masked.</summary>
    EmailChanged,

    /// <summary>A phone number was confirmed or changed. <see cref="Notice.Detail"/>: the number, masked.</summary>
    PhoneChanged,

    /// <summary>The phone number was taken away. <see cref="Notice.Detail"/>: the number, masked.</summary>
    PhoneRemoved,

    /// <summary>The account was deleted.</summary>
    AccountDeleted,
}

/// <summary>A mail that tells the owner of an address what happened.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="To">The owner's address.</param>
public sealed record Notice(NoticeKind Kind, EmailAddress To)
{
    /// <summary>The language, such as <c>zh-CN</c>. Default <c>en</c>.</summary>
    public string Language { get; init; } = "en";

    /// <summary>One further piece of text that the kind asks for, at most 100 characters, no control characters; never a secret. Default empty.</summary>
    public string Detail { get; init; } = "";

    internal static bool IsDetail(string text) => text.Length <= 100 && !text.Any(char.IsControl);
}

/// <summary>Sends notices through the same durable outbox as codes.</summary>
public interface INoticeService
{
    /// <summary>
    /// Queues a notice: it is tried for up to 24 hours. An address that has had its notices for the day (20) gets no
    /// more; that is logged and not an error.
    /// </summary>
    /// <exception cref="VerificationUnavailableException">Redis, or the remote service, is away: nothing was queued.</exception>
    ValueTask SendAsync(Notice notice, CancellationToken cancellationToken = default);
}
