using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace RedisSessionWeb.KeyRing;

/// <summary>Seals a key of Data Protection with AES-256-GCM before it goes to Redis.</summary>
/// <remarks>
/// <c>&lt;sealedKey key="name"&gt;base64&lt;/sealedKey&gt;</c>: the nonce (12 bytes), the tag (16), the sealed XML; the
/// name of the server's key is authenticated with it.
/// </remarks>
internal sealed class KeyRingEncryptor(KeyRingSecrets secrets) : IXmlEncryptor
{
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var (name, key) = secrets.Current;
        var box = new byte[SealedKey.Overhead + plain.Length];
        RandomNumberGenerator.Fill(SealedKey.Nonce(box));
        using var aes = new AesGcm(key, SealedKey.TagSize);
        aes.Encrypt(SealedKey.Nonce(box), plain, SealedKey.Text(box), SealedKey.Tag(box), Encoding.UTF8.GetBytes(name));
        CryptographicOperations.ZeroMemory(plain);
        var element = new XElement(SealedKey.Element, new XAttribute(SealedKey.KeyName, name), Convert.ToBase64String(box));
        return new EncryptedXmlInfo(element, typeof(KeyRingDecryptor));
    }
}
