using System.Text;

using Mailboxes;

using Microsoft.AspNetCore.Identity;

using RedisAccounts.Names;

namespace RedisAccounts;

/// <summary>
/// The forms by which accounts are found. Names: compatibility forms (NFKC) and letter cases are the same, and so are
/// letters of different scripts that look alike (<see cref="Lookalikes"/>). Addresses:
/// <see cref="Mailbox"/> decides, as it does where mail is sent, and no letters are the same that it tells apart.
/// </summary>
internal sealed class AddressNormalizer : ILookupNormalizer
{
    private const int ByteOrderMarkSwapped = 0xFFFE;

    public string? NormalizeName(string? name) => name is null ? null : Lookalikes.KeyOf(Fold(name));

    /// <summary>The form of an address; of what is no address, one that no account's address has.</summary>
    public string? NormalizeEmail(string? email)
    {
        if (email is null)
        {
            return null;
        }

        if (Mailbox.TryParse(email, out var mailbox))
        {
            return mailbox.Value;
        }

        var folded = Fold(email);
        return Mailbox.TryParse(folded, out _) ? email : folded;
    }

    // Upper case first: it joins letters that have two lower-case forms, such as the two sigmas. Half a surrogate
    // pair and U+FFFE, which Normalize refuses with an exception, become the replacement character.
    public static string Fold(string text)
    {
        var whole = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            whole.Append(rune.Value == ByteOrderMarkSwapped ? Rune.ReplacementChar : rune);
        }

        return whole.ToString().Normalize(NormalizationForm.FormKC)
            .ToUpperInvariant().ToLowerInvariant().Normalize(NormalizationForm.FormKC).Trim();
    }
}
