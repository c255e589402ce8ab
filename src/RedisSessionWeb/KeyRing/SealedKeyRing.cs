using System.Security.Cryptography;
using System.Xml;
using System.Xml.Linq;

using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace RedisSessionWeb.KeyRing;

/// <summary>
/// What counts of the ring where there are server keys: revocations, and keys whose secret one of the server keys has just
/// opened. Anyone who can write to Redis could otherwise put a key of their own there, in the clear or with a name of
/// another decryptor, and have it become the current one.
/// </summary>
/// <remarks>
/// Keys from before there were server keys do not count either: they lie in Redis in the clear, and anyone may have
/// read them. A new key is made at once.
/// </remarks>
internal sealed partial class SealedKeyRing(IDeletableXmlRepository ring, KeyRingSecrets secrets, ILogger<SealedKeyRing> logger) : IDeletableXmlRepository
{
    private static readonly XNamespace Encryption = "http://schemas.asp.net/2015/03/dataProtection";

    // As this application writes them. A key with another element, or with one twice, does not count.
    private static readonly XName[] Parts = ["encryption", "validation", Encryption + "encryptedSecret", SealedKey.Element];

    private int _passedOver;

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var all = ring.GetAllElements();
        var counting = all.Where(element => element.Name.LocalName != "key" || IsSealed(element)).ToList();
        // Logged when the count changes, not for each reading.
        var passedOver = all.Count - counting.Count;
        if (Interlocked.Exchange(ref _passedOver, passedOver) != passedOver && passedOver > 0)
        {
            LogPassedOver(passedOver);
        }

        return counting;
    }

    public void StoreElement(XElement element, string friendlyName) => ring.StoreElement(element, friendlyName);

    public bool DeleteElements(Action<IReadOnlyCollection<IDeletableElement>> chooseElements) => ring.DeleteElements(chooseElements);

    private bool IsSealed(XElement key)
    {
        if (key.Elements("descriptor").ToList() is not [var outer]
            || outer.Elements().ToList() is not [var descriptor]
            || descriptor.Name != "descriptor"
            || !descriptor.Descendants().Select(part => part.Name).SequenceEqual(Parts)
            || descriptor.Elements().ToList() is not [_, _, var secret]
            || !Names(outer, "deserializerType", typeof(AuthenticatedEncryptorDescriptorDeserializer))
            || !Names(secret, "decryptorType", typeof(KeyRingDecryptor)))
        {
            return false;
        }

        try
        {
            KeyRingDecryptor.Open(secret.Elements().Single(), secrets);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or FormatException or XmlException)
        {
            return false;
        }
    }

    // Whichever version wrote it: Data Protection creates the type that is named here.
    private static bool Names(XElement element, string attribute, Type type)
    {
        var name = $"{type.FullName}, {type.Assembly.GetName().Name}";
        var written = (string?)element.Attribute(attribute) ?? "";
        if (written != name && !written.StartsWith(name + ",", StringComparison.Ordinal))
        {
            return false;
        }

        element.SetAttributeValue(attribute, type.AssemblyQualifiedName);
        return true;
    }

    [LoggerMessage(1, LogLevel.Warning, "{Count} keys of the key ring in Redis are not sealed with one of Verification:Keys and do not count: they are from before these keys, or from a key that is no longer named, or another client wrote them to Redis. What they protected, such as an open form, is refused.")]
    private partial void LogPassedOver(int count);
}
