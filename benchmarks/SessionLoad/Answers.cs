using System.Globalization;

namespace SessionLoad;

/// <summary>Plain text with its length, as the framework answers a handler that returns a string.</summary>
internal static class Answers
{
    public static Task AnswerAsync(this HttpContext context, long number) =>
        context.AnswerAsync(number.ToString(CultureInfo.InvariantCulture));

    public static Task AnswerAsync(this HttpContext context, string text)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = System.Text.Encoding.UTF8.GetByteCount(text);
        return context.Response.WriteAsync(text);
    }
}
