using System.Net;

using TestServers;

namespace ForeignReplies.Tests.Shifted.Worlds;

/// <summary>What a browser sees of a response.</summary>
/// <param name="Status">Zero: the connection ended before the answer did.</param>
/// <param name="Body">All of it.</param>
/// <param name="Cookie">The session's cookie as it is set; empty: it is cleared; <see langword="null"/>: it is left alone.</param>
internal sealed record Answer(HttpStatusCode Status, string Body, string? Cookie)
{
    private const string CookieName = "ssw=";

    /// <summary>Whether it is an answer at all, and not "not now".</summary>
    public bool IsRefusal => Status is 0 or HttpStatusCode.ServiceUnavailable;

    public static async Task<Answer> AskAsync(HttpClient client, Uri address, string? cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", CookieName + cookie);
        }

        try
        {
            using var response = await client.SendAsync(request);
            var set = response.Headers.TryGetValues("Set-Cookie", out var lines)
                ? lines.FirstOrDefault(line => line.StartsWith(CookieName, StringComparison.Ordinal))
                : null;
            return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), set?[CookieName.Length..].Split(';')[0]);
        }
        catch (Exception e) when (CutOff.Is(e))
        {
            return new Answer(0, e.Message, null);
        }
    }
}
