using System.Globalization;

using RespClient.Protocol;

namespace RedisAccounts.Stores;

/// <summary>An account as the fields of its hash.</summary>
/// <remarks>
/// <code>
/// field           holds                                     absent when
/// id              the account's id                          never
/// created         ms since 1970, by Redis' clock            never
/// stamp           concurrency stamp, new with each write    never
/// name            user name as typed                        never
/// name_key        user name, normalised                     never
/// email           address as typed                          null
/// email_key       address, normalised                       null
/// email_ok        1                                         not confirmed
/// password        hash of the password                      no password
/// security_stamp  new with each change of credentials       null
/// phone           phone number                              null
/// phone_ok        1                                         not confirmed
/// two_factor      1                                         off
/// lockout         1                                         cannot be locked out
/// lockout_end     ms since 1970                             not locked out
/// failures        failed sign-ins counted by Identity       0
/// </code>
/// Fields of a later version are kept: an update touches those above only.
/// </remarks>
internal static class AccountRecord
{
    /// <summary>All fields but the id, the time of creation and the concurrency stamp; null: absent.</summary>
    public static (string Name, string? Value)[] Write(Account account) =>
    [
        ("name", account.UserName),
        ("name_key", account.NormalizedUserName),
        ("email", account.Email),
        ("email_key", account.NormalizedEmail),
        ("email_ok", Flag(account.EmailConfirmed)),
        ("password", account.PasswordHash),
        ("security_stamp", account.SecurityStamp),
        ("phone", account.PhoneNumber),
        ("phone_ok", Flag(account.PhoneNumberConfirmed)),
        ("two_factor", Flag(account.TwoFactorEnabled)),
        ("lockout", Flag(account.LockoutEnabled)),
        ("lockout_end", account.LockoutEnd?.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
        ("failures", account.AccessFailedCount == 0 ? null : account.AccessFailedCount.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>Reads the reply of HGETALL; <see langword="null"/> when there is no such record.</summary>
    /// <exception cref="FormatException">The key holds something else than an account.</exception>
    public static Account? Read(RespValue reply)
    {
        var items = reply.Items;
        if (items.IsEmpty)
        {
            return null;
        }

        var fields = new Dictionary<string, string>(items.Length / 2, StringComparer.Ordinal);
        for (var i = 0; i + 1 < items.Length; i += 2)
        {
            fields[items[i].AsString()!] = items[i + 1].AsString()!;
        }

        return new Account
        {
            Id = Required(fields, "id"),
            Created = DateTimeOffset.FromUnixTimeMilliseconds(Number(Required(fields, "created"))),
            ConcurrencyStamp = Required(fields, "stamp"),
            UserName = Required(fields, "name"),
            NormalizedUserName = Required(fields, "name_key"),
            Email = fields.GetValueOrDefault("email"),
            NormalizedEmail = fields.GetValueOrDefault("email_key"),
            EmailConfirmed = fields.ContainsKey("email_ok"),
            PasswordHash = fields.GetValueOrDefault("password"),
            SecurityStamp = fields.GetValueOrDefault("security_stamp"),
            PhoneNumber = fields.GetValueOrDefault("phone"),
            PhoneNumberConfirmed = fields.ContainsKey("phone_ok"),
            TwoFactorEnabled = fields.ContainsKey("two_factor"),
            LockoutEnabled = fields.ContainsKey("lockout"),
            LockoutEnd = fields.TryGetValue("lockout_end", out var end)
                ? DateTimeOffset.FromUnixTimeMilliseconds(Number(end))
                : null,
            AccessFailedCount = fields.TryGetValue("failures", out var failures) ? (int)Number(failures) : 0,
        };
    }

    private static string? Flag(bool value) => value ? "1" : null;

    private static string Required(Dictionary<string, string> fields, string name) =>
        fields.GetValueOrDefault(name) ?? throw new FormatException($"A record of an account has no field '{name}'.");

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException("A record of an account has text where a number belongs.");
}
