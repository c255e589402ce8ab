using System.Text;

using BenchmarkDotNet.Attributes;

using RedisSessions.Records;

using RespClient.Protocol;

namespace Micro;

/// <summary>Between Redis' fields and the record a request works on; and the one value of caches without fields.</summary>
public class RecordCodec
{
    private const string Key = "SESSION:0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

    private readonly RespValue _reply;
    private readonly SessionRecord _record;
    private readonly byte[] _blob;
    private readonly Dictionary<string, byte[]?> _change = new() { ["field3"] = new byte[8] };

    public RecordCodec()
    {
        (string Name, string Value)[] fields =
        [
            ("@format", "1"), ("@version", "3"), ("@mark", "3:" + Key[^11..]), ("@created", "1790000000000"), ("@renewed", "1790000000000"),
            ("@deadline", "1792592000000"), ("@lifetime", "604800000"), ("name", "alice"),
            .. Enumerable.Range(1, 5).Select(i => ("field" + i, new string('x', 100))),
        ];
        _reply = RespValue.FromItems(RespKind.Map, [.. fields.SelectMany(field => new[] { Bulk(field.Name), Bulk(field.Value) })]);
        _record = RecordLayout.Read(Key, _reply, ValueProtection.None).Record!;
        _blob = BlobCodec.Encode(Key, _record, ValueProtection.None);
    }

    [Benchmark(Description = "fields to record: 13 fields, 6 of them values")]
    public object? FromFields() => RecordLayout.Read(Key, _reply, ValueProtection.None).Record;

    [Benchmark(Description = "a value of six by its key")]
    public bool Value() => _record.Values.Get("field5") is null;

    [Benchmark(Description = "one value of six changed")]
    public object? Changed() => _record.Values.With(_change);

    [Benchmark(Description = "record to blob")]
    public byte[] ToBlob() => BlobCodec.Encode(Key, _record, ValueProtection.None);

    [Benchmark(Description = "blob to record")]
    public object? FromBlob() => BlobCodec.Decode(Key, _blob, ValueProtection.None).Record;

    private static RespValue Bulk(string text) => RespValue.FromBytes(RespKind.BulkString, Encoding.UTF8.GetBytes(text));
}
