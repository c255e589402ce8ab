using System.Text;

using RespClient.Protocol;

namespace RedisSessions.Records;

/// <summary>
/// A record as one value, for caches without fields. The fields are those of <see cref="RecordLayout"/>:
/// <code>
/// bytes       what
/// 1           revision of this table: 1
/// 4           number of fields, little-endian
/// per field
///   4         length of the name, little-endian
///   n         the name, UTF-8
///   4         length of the value, little-endian
///   n         the value
/// </code>
/// </summary>
internal static class BlobCodec
{
    private const byte Revision = 1;

    /// <summary>A record as it is kept under a key.</summary>
    public static byte[] Encode(string key, SessionRecord record, ValueProtection protection)
    {
        var fields = FieldsOf(key, record, protection);
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Revision);
        writer.Write(fields.Count);
        foreach (var (name, value) in fields)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            writer.Write(bytes.Length);
            writer.Write(bytes);
            writer.Write(value.Length);
            writer.Write(value);
        }

        return stream.ToArray();
    }

    /// <summary>Reads what was found under a key; broken are garbage, a cut-off value and another revision.</summary>
    public static RecordReading Decode(string key, byte[] blob, ValueProtection protection)
    {
        ReadOnlySpan<byte> rest = blob;
        if (rest.Length < 5 || rest[0] != Revision)
        {
            return RecordReading.Broken;
        }

        var count = BitConverter.ToInt32(rest[1..]);
        rest = rest[5..];
        // A field takes 8 bytes at least: a count beyond that is garbage and must not become an allocation.
        if (count <= 0 || count > rest.Length / 8)
        {
            return RecordReading.Broken;
        }

        var items = new RespValue[count * 2];
        for (var i = 0; i < items.Length; i++)
        {
            if (rest.Length < 4 || BitConverter.ToInt32(rest) is var length && (length < 0 || length > rest.Length - 4))
            {
                return RecordReading.Broken;
            }

            items[i] = RespValue.FromBytes(RespKind.BulkString, rest.Slice(4, length).ToArray());
            rest = rest[(4 + length)..];
        }

        return rest.IsEmpty
            ? RecordLayout.Read(key, RespValue.FromItems(RespKind.Map, items), protection)
            : RecordReading.Broken;
    }

    private static List<KeyValuePair<string, byte[]>> FieldsOf(
        string key, SessionRecord record, ValueProtection protection)
    {
        var fields = new List<KeyValuePair<string, byte[]>>
        {
            new(RecordLayout.Format, RecordLayout.Text(RecordLayout.Revision)),
            new(RecordLayout.Version, RecordLayout.Text(record.Version)),
            new(RecordLayout.Mark, RecordMark.Of(key, record.Version)),
            new(RecordLayout.Created, RecordLayout.Text(RecordLayout.Milliseconds(record.CreatedAt))),
            new(RecordLayout.Renewed, RecordLayout.Text(RecordLayout.Milliseconds(record.RenewedAt))),
        };
        if (record.Deadline is { } deadline)
        {
            fields.Add(new(RecordLayout.Deadline, RecordLayout.Text(RecordLayout.Milliseconds(deadline))));
        }

        RecordFields.AddLifetime(record.Lifetime, fields.Add);
        if (record.Identity is { } identity)
        {
            RecordFields.AddIdentity(identity, protection, fields.Add);
        }

        foreach (var (name, value) in record.Values.All)
        {
            fields.Add(new(RecordLayout.FieldOf(name), protection.Protect(name, value.ToArray())));
        }

        return fields;
    }
}
