using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace RedisAccounts;

/// <summary>
/// The names of all keys this library writes. They share a hash tag, so that one script may touch them on a cluster:
/// all accounts lie in one slot, which is what atomic uniqueness over all of them costs there.
/// </summary>
/// <remarks>
/// <code>
/// key (after the prefix, ACCOUNT:)         type    TTL                    written by
/// {all}:id:ID                              hash    none                   Create, Update, Delete, Remove
/// {all}:name:NAME                          string  none                   Create, Update, Delete, Remove
/// {all}:email:ADDRESS                      string  none                   Create, Update, Delete, Remove
/// {all}:phone:NUMBER                       string  none                   Create, Update, Delete, Remove
/// {all}:devices:SUBJECT                    zset    DeviceLifetime         Remember, Delete
/// {all}:tries:account:SUBJECT              hash    until forgotten        Begin, Succeed, Delete
/// {all}:tries:pair:SUBJECT:NETWORK         hash    until forgotten        Begin, Succeed
/// {all}:tries:device:SUBJECT:DEVICE        hash    until forgotten        Begin, Succeed
/// {all}:tries:network:NETWORK              hash    until forgotten        Begin, Succeed
/// </code>
/// NAME and ADDRESS are the normalised forms, NUMBER is one that is confirmed; they hold the ID. SUBJECT is a hash of the account's id, or of what was
/// typed where no account has it: people type passwords into the wrong field. DEVICE is a hash of the device token.
/// </remarks>
internal sealed class AccountKeys(string prefix)
{
    private readonly string _root = prefix + "{all}:";

    public string Record(string id) => _root + "id:" + id;

    public string Name(string? normalized) => _root + "name:" + normalized;

    public string Email(string? normalized) => _root + "email:" + normalized;

    public string Phone(string? number) => _root + "phone:" + number;

    public string Devices(string subject) => _root + "devices:" + Hash(subject);

    public string TriesOfAccount(string subject) => _root + "tries:account:" + Hash(subject);

    public string TriesOfPair(string subject, string network) => _root + "tries:pair:" + Hash(subject) + ":" + network;

    public string TriesOfDevice(string subject, string device) => _root + "tries:device:" + Hash(subject) + ":" + device;

    public string TriesOfNetwork(string network) => _root + "tries:network:" + network;

    /// <summary>SHA-256, base64url: for secrets of 256 bits, and for text that must not be readable in a key.</summary>
    public static string Hash(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
