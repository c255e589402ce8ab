using System.Globalization;
using System.Text.Json;

using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

using RedisSessionWeb.Errors;
using RedisSessionWeb.Hosting.Requests;

using VerificationCodes;
using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Delivery;

namespace RedisSessionWeb.Sms;

/// <summary>
/// Codes by text message for clients that are no pages: a captcha, then a message. Always 200, the outcome in
/// <c>code</c>. The code is bound to the number alone, and <c>CheckVarifyCode</c> of the verification service checks it.
/// </summary>
internal static class SmsRoutes
{
    /// <summary>Larger than any message that is meant, in bytes.</summary>
    private const int MaxBody = 4 * 1024;

    /// <summary>What captchas of <c>GET /img</c> are good for.</summary>
    private const string CaptchaRoute = "/sms";

    /// <summary>Where text messages are off there are no such routes.</summary>
    public static void MapSms(this IEndpointRouteBuilder routes)
    {
        if (!routes.ServiceProvider.GetRequiredService<IOptions<SmsOptions>>().Value.Enabled)
        {
            return;
        }

        routes.MapGet("/img", (HttpContext context, ICaptchaService captchas) =>
            AnswerAsync(context, () => DrawAsync(context, captchas))).WithoutSession();
        routes.MapPost("/sms/{phone}", (string phone, HttpContext context, IVerificationService codes) =>
            AnswerAsync(context, () => SendAsync(phone, context, codes))).RefuseOtherSites().WithoutSession();
    }

    private static async Task<IResult> AnswerAsync(HttpContext context, Func<Task<SmsAnswer>> run)
    {
        SmsAnswer answer;
        try
        {
            answer = await run();
        }
        catch (VerificationUnavailableException e)
        {
            context.RequestServices.GetRequiredService<OutageLog>().Tell(e);
            answer = SmsNumber.ProviderFailed;
        }

        context.Response.Headers.CacheControl = "no-store";
        if (answer.RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return Results.Json(answer, SmsJson.Default.SmsAnswer);
    }

    private static async Task<SmsAnswer> DrawAsync(HttpContext context, ICaptchaService captchas)
    {
        var outcome = await captchas.CreateAsync(context.Connection.RemoteIpAddress, CaptchaRoute, context.RequestAborted);
        if (outcome.Challenge is not { } challenge)
        {
            return new SmsAnswer(SmsNumber.TooOften) { RetryAfter = Seconds(outcome.RetryAfter) };
        }

        var png = challenge.HasImage ? await captchas.DrawAsync(challenge.Id, context.Connection.RemoteIpAddress, context.RequestAborted) : null;
        return new SmsAnswer(SmsNumber.Ok)
        {
            Challenge = challenge.Id,
            Image = png is null ? null : "data:image/png;base64," + Convert.ToBase64String(png),
            WorkBits = challenge.WorkBits == 0 ? null : challenge.WorkBits,
            ExpiresIn = Seconds(challenge.ExpiresIn),
        };
    }

    private static async Task<SmsAnswer> SendAsync(string phone, HttpContext context, IVerificationService codes)
    {
        if (await ReadAsync(context) is not { } request)
        {
            return SmsNumber.MissingField;
        }

        if (!PhoneNumber.TryParse(phone, out var number))
        {
            return SmsNumber.BadNumber;
        }

        var outcome = await codes.IssueAsync(
            new IssueRequest
            {
                Purpose = CodePurpose.General,
                Address = number,
                ClientAddress = context.Connection.RemoteIpAddress,
                Language = CultureInfo.CurrentUICulture.Name,
                Captcha = request.Challenge is { } challenge ? new CaptchaAnswer(challenge, request.Captcha, request.Work, CaptchaRoute) : null,
            },
            context.RequestAborted);
        return Write(outcome, number);
    }

    private static async Task<SmsRequest?> ReadAsync(HttpContext context)
    {
        if (!JsonRequests.SaysJson(context.Request))
        {
            return null;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBody;
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, SmsJson.Default.SmsRequest, context.RequestAborted);
        }
        catch (Exception e) when (e is JsonException or BadHttpRequestException)
        {
            return null;
        }
    }

    private static SmsAnswer Write(IssueOutcome outcome, PhoneNumber number) => outcome.Status switch
    {
        IssueStatus.Sent => new SmsAnswer(SmsNumber.Ok)
        {
            Phone = number.Value,
            Reference = outcome.Reference,
            ExpiresIn = Seconds(outcome.ExpiresIn),
            ResendAfter = Seconds(outcome.ResendAfter),
        },
        IssueStatus.CaptchaMissing => SmsNumber.MissingField,
        IssueStatus.CaptchaExpired => SmsNumber.CaptchaExpired,
        IssueStatus.CaptchaWrong => SmsNumber.CaptchaWrong,
        IssueStatus.NotDeliverable => SmsNumber.BadNumber,
        IssueStatus.ProviderDown => new SmsAnswer(SmsNumber.ProviderFailed) { RetryAfter = Seconds(outcome.RetryAfter) },
        _ => new SmsAnswer(SmsNumber.TooOften) { RetryAfter = Seconds(outcome.RetryAfter) },
    };

    private static int Seconds(TimeSpan time) => (int)Math.Ceiling(time.TotalSeconds);
}
