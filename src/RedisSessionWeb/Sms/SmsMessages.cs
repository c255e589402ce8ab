using System.Text.Json.Serialization;

namespace RedisSessionWeb.Sms;

/// <summary>In: <c>POST /sms/{phone}</c>. A captcha is answered by its characters, or by the number that the work found.</summary>
/// <param name="Challenge">The captcha's id, from <c>GET /img</c>.</param>
/// <param name="Captcha">The characters of its picture.</param>
/// <param name="Work">The number found.</param>
internal sealed record SmsRequest(string? Challenge = null, string? Captcha = null, string? Work = null);

/// <summary>Out: both routes. What does not belong to an answer is left out.</summary>
internal sealed record SmsAnswer(SmsNumber Code)
{
    /// <summary>The captcha's id.</summary>
    public string? Challenge { get; init; }

    /// <summary>The captcha's picture, a PNG as a <c>data:</c> address.</summary>
    public string? Image { get; init; }

    /// <summary>The leading zero bits that the SHA-256 of <c>{challenge}:{number}</c> must have to pass instead of the picture.</summary>
    [JsonPropertyName("work_bits")]
    public int? WorkBits { get; init; }

    /// <summary>The number that the message goes to, in international form.</summary>
    public string? Phone { get; init; }

    /// <summary>Four characters that the message shows too.</summary>
    public string? Reference { get; init; }

    /// <summary>Seconds that are left of the captcha's or the code's life.</summary>
    [JsonPropertyName("expires_in")]
    public int? ExpiresIn { get; init; }

    /// <summary>Seconds until another message may be asked for.</summary>
    [JsonPropertyName("resend_after")]
    public int? ResendAfter { get; init; }

    /// <summary>Seconds until asking again can succeed.</summary>
    [JsonPropertyName("retry_after")]
    public int? RetryAfter { get; init; }

    public static implicit operator SmsAnswer(SmsNumber code) => new(code);
}

/// <summary>Strict: every field of its type, none twice, nothing nested. Fields it does not know are passed over.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    MaxDepth = 4)]
[JsonSerializable(typeof(SmsRequest))]
[JsonSerializable(typeof(SmsAnswer))]
internal sealed partial class SmsJson : JsonSerializerContext;
