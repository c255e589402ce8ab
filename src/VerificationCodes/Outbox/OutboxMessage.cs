using System.Text.Json;
using System.Text.Json.Serialization;

using VerificationCodes.Addresses;

namespace VerificationCodes.Outbox;

/// <summary>
/// A message in the outbox, as JSON. It holds what is needed to compute the code, not the code: the text is written
/// when it is sent.
/// </summary>
internal sealed record OutboxMessage
{
    /// <summary>128 random bits: the Message-ID, the same through all attempts.</summary>
    public required string Id { get; init; }

    /// <summary>The normalised address; a number when it starts with <c>+</c>.</summary>
    public required string To { get; init; }

    public required string Language { get; init; }

    /// <summary>When sending it becomes pointless, in milliseconds of Redis' clock.</summary>
    public long Deadline { get; init; }

    /// <summary>How often it was tried and put back.</summary>
    public int Attempts { get; init; }

    /// <summary>Whether a server had it and gave no answer: its receiver may have it already.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsUnanswered { get; init; }

    /// <summary>The kind of notice; null: a code.</summary>
    public string? Notice { get; init; }

    /// <summary>The notice's further text.</summary>
    public string? Detail { get; init; }

    /// <summary>The code's purpose; null: a notice that stands for itself.</summary>
    public string? Purpose { get; init; }

    /// <summary>The hash of the code's challenge.</summary>
    public string? Browser { get; init; }

    /// <summary>The code's nonce.</summary>
    public string? Nonce { get; init; }

    /// <summary>The name of the key that derives the code.</summary>
    public string? Key { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, OutboxJson.Default.OutboxMessage);

    /// <summary>Whether it goes to a number.</summary>
    [JsonIgnore]
    public bool IsSms => To.StartsWith('+') && !To.Contains('@', StringComparison.Ordinal);

    /// <summary>
    /// Whether it stands in place of a code to a number: its owner gets nothing. A text message costs money, and a
    /// stranger who asks for codes to numbers without an account must not be able to spend it.
    /// </summary>
    [JsonIgnore]
    public bool IsSilent => IsSms && Notice is not null;

    /// <summary>The address as logs may show it.</summary>
    [JsonIgnore]
    public string MaskedTo => PhoneNumber.TryParse(To, out var number) ? number.Masked
        : EmailAddress.TryParse(To, out var address) ? address.Masked : "?";

    /// <summary>Reads a message; what is none comes out as an empty one whose deadline has passed.</summary>
    public static OutboxMessage FromJson(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, OutboxJson.Default.OutboxMessage) ?? Unreadable;
        }
        catch (JsonException)
        {
            return Unreadable;
        }
    }

    private static OutboxMessage Unreadable { get; } = new() { Id = "", To = "", Language = "en" };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OutboxMessage))]
internal sealed partial class OutboxJson : JsonSerializerContext;
