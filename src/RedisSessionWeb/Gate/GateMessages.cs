using System.Text.Json.Serialization;

namespace RedisSessionWeb.Gate;

/// <summary>In: <c>/get_varifycode</c>.</summary>
internal sealed record CodeRequest(string Email);

/// <summary>In: <c>/user_register</c>.</summary>
internal sealed record RegisterRequest(string User, string Email, string Passwd, string Confirm, string Varifycode);

/// <summary>In: <c>/reset_pwd</c>.</summary>
internal sealed record ResetRequest(string User, string Email, string Passwd, string Varifycode);

/// <summary>In: <c>/user_login</c>.</summary>
internal sealed record LoginRequest(string Email, string Passwd);

/// <summary>Out: every route. What does not belong to an answer is left out; a password never is in one.</summary>
internal sealed record GateAnswer(GateError Error)
{
    public string? Uid { get; init; }

    public string? Email { get; init; }

    public string? User { get; init; }

    /// <summary>The session's secret id, for the header that carries sessions.</summary>
    public string? Token { get; init; }

    /// <summary>Seconds until asking again can succeed.</summary>
    [JsonPropertyName("retry_after")]
    public int? RetryAfter { get; init; }

    public static GateAnswer TooOften(TimeSpan wait) => new(GateError.TooOften) { RetryAfter = (int)wait.TotalSeconds };

    public static implicit operator GateAnswer(GateError error) => new(error);
}

/// <summary>Strict: every field there and of its type, none twice, nothing nested. Fields it does not know are passed over.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = 4)]
[JsonSerializable(typeof(CodeRequest))]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(ResetRequest))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(GateAnswer))]
internal sealed partial class GateJson : JsonSerializerContext;
