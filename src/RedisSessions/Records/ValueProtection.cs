using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

using Microsoft.AspNetCore.DataProtection;

namespace RedisSessions.Records;

/// <summary>
/// Encrypts values with Data Protection before they leave the process, or leaves them as they are. The key's name is
/// sealed in with the value, so that values of one record cannot be swapped in Redis.
/// </summary>
internal sealed class ValueProtection
{
    /// <summary>Values as they are.</summary>
    public static readonly ValueProtection None = new(null);

    private const string Purpose = "RedisSessions.Values.v1";

    private readonly IDataProtector? _protector;

    private ValueProtection(IDataProtector? protector) => _protector = protector;

    public static ValueProtection With(IDataProtectionProvider provider) => new(provider.CreateProtector(Purpose));

    /// <summary>Whether values are encrypted.</summary>
    public bool IsOn => _protector is not null;

    public byte[] Protect(string key, byte[] value) => _protector is null ? value : _protector.Protect([.. Label(key), .. value]);

    /// <summary>False where the value was changed, belongs to another key, or was encrypted with a key that is lost.</summary>
    public bool TryUnprotect(string key, ReadOnlyMemory<byte> stored, [NotNullWhen(true)] out byte[]? value)
    {
        value = stored.ToArray();
        if (_protector is null)
        {
            return true;
        }

        try
        {
            var plain = _protector.Unprotect(value);
            var label = Label(key);
            value = plain.AsSpan().StartsWith(label) ? plain[label.Length..] : null;
        }
        catch (CryptographicException)
        {
            value = null;
        }

        return value is not null;
    }

    // The length first, so that a label is never the start of another.
    private static byte[] Label(string key)
    {
        var name = Encoding.UTF8.GetBytes(key);
        return [.. BitConverter.GetBytes(name.Length), .. name];
    }
}
