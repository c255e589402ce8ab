using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RedisSessions.Request;

/// <summary>Typed values as JSON, with System.Text.Json's web defaults where the caller brings no type information.</summary>
internal static class JsonValue
{
    /// <exception cref="InvalidOperationException">The bytes are not JSON of a <typeparamref name="T"/>.</exception>
    public static T? Read<T>(string key, ReadOnlySpan<byte> bytes, JsonTypeInfo<T>? typeInfo = null)
    {
        try
        {
            return typeInfo is null
                ? JsonSerializer.Deserialize<T>(bytes, JsonSerializerOptions.Web)
                : JsonSerializer.Deserialize(bytes, typeInfo);
        }
        catch (JsonException e)
        {
            // The position helps, the value must not be shown.
            throw new InvalidOperationException(
                $"The session key '{key}' holds no JSON of a {typeof(T).Name} (line {e.LineNumber}, byte {e.BytePositionInLine}).");
        }
    }

    public static byte[] Write<T>(T value, JsonTypeInfo<T>? typeInfo = null) => typeInfo is null
        ? JsonSerializer.SerializeToUtf8Bytes(value, JsonSerializerOptions.Web)
        : JsonSerializer.SerializeToUtf8Bytes(value, typeInfo);
}
