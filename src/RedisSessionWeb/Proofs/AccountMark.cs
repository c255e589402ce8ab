using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

using RedisAccounts;

namespace RedisSessionWeb.Proofs;

/// <summary>
/// What a proof is bound to: an account as it was. A changed password, address or security stamp makes another mark,
/// and the proof void. Use the copy of the account that was compared: its change is then refused if another caller was
/// faster (the store compares the concurrency stamp).
/// </summary>
internal static class AccountMark
{
    public static string Of(Account account) => Base64Url.EncodeToString(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Join('\n', account.Id, account.SecurityStamp, account.Email, account.PasswordHash))));
}
