using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace RedisSessionWeb.Visitors;

/// <summary>
/// What the cookie <c>device</c> holds: a token for each of the last accounts that signed in here, the latest first, so
/// that people who share a browser do not make it a stranger to each other's accounts.
/// </summary>
internal static class DeviceTokens
{
    private const int MostAccounts = 5;
    private const char Between = '.';

    // Says which token belongs to which account, without naming the account to readers of the cookie.
    private const int TagLength = 8;

    /// <summary>The token of an account; <see langword="null"/>: it does not know this browser.</summary>
    public static string? Find(string? cookie, string? accountId)
    {
        if (accountId is null)
        {
            return null;
        }

        var tag = TagOf(accountId);
        return Entries(cookie).FirstOrDefault(entry => entry.StartsWith(tag, StringComparison.Ordinal))?[TagLength..];
    }

    /// <summary>The cookie with an account's token in front; beyond five accounts the one used longest ago is forgotten.</summary>
    public static string Put(string? cookie, string accountId, string token)
    {
        var tag = TagOf(accountId);
        var others = Entries(cookie).Where(entry => !entry.StartsWith(tag, StringComparison.Ordinal));
        return string.Join(Between, others.Prepend(tag + token).Take(MostAccounts));
    }

    private static IEnumerable<string> Entries(string? cookie) =>
        (cookie ?? "").Split(Between, MostAccounts + 1).Take(MostAccounts).Where(entry => entry.Length > TagLength);

    private static string TagOf(string accountId) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes("device " + accountId)))[..TagLength];
}
