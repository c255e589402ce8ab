using System.Globalization;
using System.Security.Cryptography;
using System.Text;

using Grpc.Core;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace VerificationCodes.Grpc.Server;

/// <summary>
/// Refuses calls without the secret before a byte of their message is read: an interceptor of the library would run after
/// that. The health service needs none.
/// </summary>
internal sealed class SecretCheck(RequestDelegate next, IOptions<VerificationServerOptions> options)
{
    public const string Header = "verification-secret";

    private const string HealthService = "/grpc.health.v1.Health/";

    // Hashed, so that the comparison takes as long for every length.
    private readonly byte[] _expected = Hash(options.Value.Secret);
    private readonly bool _isOn = options.Value.Secret.Length > 0;

    public Task InvokeAsync(HttpContext context)
    {
        if (!_isOn || IsRight(context.Request) || context.Request.Path.Value!.StartsWith(HealthService, StringComparison.Ordinal))
        {
            return next(context);
        }
        // A status without a message: headers and trailers in one.
        var response = context.Response;
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = ((int)StatusCode.Unauthenticated).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = $"The metadata {Header} is missing or wrong.";
        return Task.CompletedTask;
    }

    private bool IsRight(HttpRequest request) =>
        CryptographicOperations.FixedTimeEquals(Hash(request.Headers[Header].ToString()), _expected);

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
