using System.Collections.Frozen;

namespace VerificationCodes.Addresses;

/// <summary>
/// Addresses that their provider says are one mailbox, so that one mailbox cannot be filled through many of them. Only for
/// counting: accounts, codes and mail go by the address as it is.
/// </summary>
internal static class MailboxAliases
{
    // What their help pages say. Microsoft, Apple, Proton and Fastmail ignore what follows a plus, Google dots as well.
    private static readonly FrozenDictionary<string, string> IgnorePlus = Names(
        ["outlook.com"], ["hotmail.com"], ["live.com"], ["msn.com"], ["icloud.com", "me.com", "mac.com"],
        ["proton.me", "protonmail.com", "pm.me"], ["fastmail.com"], ["gmail.com", "googlemail.com"]);

    /// <summary>One name for all addresses of a mailbox.</summary>
    public static string NameOf(EmailAddress address)
    {
        if (!IgnorePlus.TryGetValue(address.Domain, out var domain))
        {
            return address.Value;
        }

        var plus = address.LocalPart.IndexOf('+', StringComparison.Ordinal);
        var local = plus > 0 ? address.LocalPart[..plus] : address.LocalPart;
        return (domain == "gmail.com" ? local.Replace(".", "", StringComparison.Ordinal) : local) + "@" + domain;
    }

    // Each group is one provider's names for the same mailboxes; the first stands for all.
    private static FrozenDictionary<string, string> Names(params string[][] groups) =>
        groups.SelectMany(group => group.Select(name => KeyValuePair.Create(name, group[0]))).ToFrozenDictionary(StringComparer.Ordinal);
}
