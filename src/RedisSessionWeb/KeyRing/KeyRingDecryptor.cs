using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace RedisSessionWeb.KeyRing;

/// <summary>Opens what <see cref="KeyRingEncryptor"/> sealed. Data Protection makes it by its name.</summary>
/// <remarks>A key that cannot be opened is logged and passed over by Data Protection, which makes a new one.</remarks>
internal sealed class KeyRingDecryptor(IServiceProvider services) : IXmlDecryptor
{
    private readonly KeyRingSecrets _secrets = services.GetRequiredService<KeyRingSecrets>();

    public XElement Decrypt(XElement encryptedElement) => Open(encryptedElement, _secrets);

    /// <exception cref="CryptographicException">None of the server's keys has sealed it as it is.</exception>
    /// <exception cref="FormatException">It is no sealed key.</exception>
    public static XElement Open(XElement encryptedElement, KeyRingSecrets secrets)
    {
        var name = (string?)encryptedElement.Attribute(SealedKey.KeyName) ?? "";
        var key = secrets.Find(name)
            ?? throw new CryptographicException($"A key of the key ring is sealed with the server's key '{name}', which Verification:Keys no longer names.");
        var box = Convert.FromBase64String(encryptedElement.Value);
        if (box.Length < SealedKey.Overhead)
        {
            throw new CryptographicException("A sealed key of the key ring is cut short.");
        }

        var plain = new byte[box.Length - SealedKey.Overhead];
        using var aes = new AesGcm(key, SealedKey.TagSize);
        aes.Decrypt(SealedKey.Nonce(box), SealedKey.Text(box), SealedKey.Tag(box), plain, Encoding.UTF8.GetBytes(name));
        return XElement.Parse(Encoding.UTF8.GetString(plain));
    }
}
