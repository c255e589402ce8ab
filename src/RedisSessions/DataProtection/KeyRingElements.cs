using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

using RespClient.Protocol;

namespace RedisSessions.DataProtection;

/// <summary>
/// Which entries of the list can be elements of a key ring. Data Protection throws at a single one that cannot, and then
/// nothing is protected or read any more.
/// </summary>
internal static class KeyRingElements
{
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    /// <summary>The entries of the list that can be read, in their order, of several with the id of one key the first.</summary>
    public static List<(byte[] Entry, XElement Element)> Read(in RespValue list)
    {
        var read = new List<(byte[], XElement)>();
        var keys = new HashSet<Guid>();
        foreach (var item in list.Items)
        {
            var entry = item.AsBytes()!;
            if (Parse(entry) is { } element && IsGood(element, keys))
            {
                read.Add((entry, element));
            }
        }

        return read;
    }

    private static XElement? Parse(byte[] entry)
    {
        try
        {
            using var text = new StringReader(Encoding.UTF8.GetString(entry));
            using var reader = XmlReader.Create(text, Settings);
            return XElement.Load(reader);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static bool IsGood(XElement element, HashSet<Guid> keys) => element.Name.LocalName switch
    {
        "key" => Guid.TryParse((string?)element.Attribute("id"), out var id) && keys.Add(id),
        "revocation" => IsRevocation(element),
        _ => true,
    };

    // Of one key, or of all that were made until a time.
    private static bool IsRevocation(XElement element) => (string?)element.Element("key")?.Attribute("id") switch
    {
        null => false,
        "*" => IsTime((string?)element.Element("revocationDate")),
        var id => Guid.TryParse(id, out _),
    };

    private static bool IsTime(string? text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _);
}
