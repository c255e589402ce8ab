using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using RedisSessions.Catalog;

namespace RedisSessions.Inspector;

/// <summary>A session as JSON, without its values.</summary>
internal sealed record InspectedSession(
    string Id,
    string? UserId,
    DateTimeOffset CreatedAt,
    DateTimeOffset LastSeenAt,
    DateTimeOffset ExpiresAt,
    string? UserAgent,
    string? Address)
{
    public static InspectedSession Of(SessionSummary session) => new(
        session.Id, session.UserId, session.CreatedAt, session.LastSeenAt, session.ExpiresAt, session.UserAgent, session.Address);
}

/// <summary>A page of sessions as JSON. No cursor: it was the last.</summary>
internal sealed record InspectedPage(IEnumerable<InspectedSession> Sessions, string? Next);

/// <summary>One session with its values as JSON.</summary>
internal sealed record InspectedDetails(InspectedSession Session, int Size, IEnumerable<InspectedValue> Values);

/// <summary>
/// A value: its kind (<c>text</c>, <c>json</c>, <c>bytes</c>), its size in bytes, and what is shown of it; no value
/// where it is hidden.
/// </summary>
internal sealed record InspectedValue(string Key, string Kind, int Size, bool Hidden, JsonNode? Value, bool? Truncated)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static InspectedValue Of(string key, ReadOnlyMemory<byte> bytes, SessionInspectorOptions options)
    {
        var (kind, text, json) = Decode(bytes);
        if (!options.ShowsValue(key))
        {
            return new InspectedValue(key, kind, bytes.Length, Hidden: true, Value: null, Truncated: null);
        }

        var isCut = text.Length > options.MaxValueLength;
        var shown = isCut ? JsonValue.Create(text[..options.MaxValueLength]) : json ?? JsonValue.Create(text);
        return new InspectedValue(key, kind, bytes.Length, Hidden: false, shown, isCut);
    }

    private static (string Kind, string Text, JsonNode? Json) Decode(ReadOnlyMemory<byte> bytes)
    {
        string text;
        try
        {
            text = Strict.GetString(bytes.Span);
        }
        catch (DecoderFallbackException)
        {
            return ("bytes", Convert.ToBase64String(bytes.Span), null);
        }

        if (text.Any(c => char.IsControl(c) && c is not ('\r' or '\n' or '\t')))
        {
            return ("bytes", Convert.ToBase64String(bytes.Span), null);
        }

        // What reads as JSON may be a typed value or a text such as 7: it is shown as what it reads as.
        try
        {
            return ("json", text, JsonNode.Parse(text));
        }
        catch (JsonException)
        {
            return ("text", text, null);
        }
    }
}
