using System.Net;
using System.Net.Http.Headers;
using System.Text;

using Microsoft.Extensions.Options;

using VerificationCodes.Delivery;

namespace VerificationCodes.Sms;

/// <summary>
/// Hands text messages to a provider over HTTP: a form POST of <c>To</c>, <c>From</c> and <c>Body</c> with basic
/// authentication, as Twilio's REST API takes it.
/// </summary>
internal sealed class HttpSmsTransport(HttpClient http, IOptions<SmsOptions> options) : ISmsTransport
{
    public async ValueTask<DeliveryResult> SendAsync(OutgoingSms sms, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.Endpoint);
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.User}:{settings.Password}")));
        request.Content = new FormUrlEncodedContent(
            new Dictionary<string, string> { ["To"] = sms.To.Value, ["From"] = settings.From, ["Body"] = sms.Text });
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return Judge(response.StatusCode);
    }

    /// <summary>
    /// 400, 404 and 422 are about this number or this text, and final. A refused sign-in, too many requests and
    /// the provider's own faults may pass before the code expires.
    /// </summary>
    private static DeliveryResult Judge(HttpStatusCode status) => status switch
    {
        >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => DeliveryResult.Delivered,
        HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity =>
            new DeliveryResult(DeliveryStatus.Rejected, $"provider answered {(int)status}"),
        _ => new DeliveryResult(DeliveryStatus.TryAgain, $"provider answered {(int)status}"),
    };
}
