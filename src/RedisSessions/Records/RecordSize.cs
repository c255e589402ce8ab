using System.Text;

namespace RedisSessions.Records;

/// <summary>What a key and its value count towards the limits, in bytes.</summary>
internal static class RecordSize
{
    public static long Of(string key, ReadOnlyMemory<byte> value) => Encoding.UTF8.GetByteCount(key) + (long)value.Length;
}
