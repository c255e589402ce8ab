using System.Diagnostics.CodeAnalysis;

using Mailboxes;

namespace VerificationCodes.Addresses;

/// <summary>
/// One e-mail mailbox, parsed (RFC 5321 and RFC 6531 without quoted local parts, comments, display names and IP
/// literals) and normalised: NFKC, lower case, the domain in its ASCII form.
/// </summary>
/// <remarks>
/// Messages go to the normalised form and never to what was typed: an address that only looks like an account's
/// (a full-width letter, a dotless i folded away) can then not receive that account's mail.
/// </remarks>
public sealed class EmailAddress : ContactAddress
{
    private EmailAddress(Mailbox mailbox)
        : base(mailbox.Value, mailbox.Masked) => (LocalPart, Domain) = mailbox;

    /// <summary>What stands before the <c>@</c>.</summary>
    public string LocalPart { get; }

    /// <summary>The domain, in ASCII (<c>xn--…</c> where it is international).</summary>
    public string Domain { get; }

    internal override string Budget => MailboxAliases.NameOf(this);

    /// <summary>
    /// Reads exactly one mailbox. White space and format characters around it are dropped; anything else that is not
    /// part of it is refused.
    /// </summary>
    /// <param name="text">What was typed, or <see langword="null"/>.</param>
    /// <param name="address">The address, when the result is <see langword="true"/>.</param>
    /// <returns>Whether it is one mailbox.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out EmailAddress? address)
    {
        address = Mailbox.TryParse(text, out var mailbox) ? new EmailAddress(mailbox) : null;
        return address is not null;
    }
}
