using System.Globalization;
using System.Net;

namespace RedisSessions.Tests.Hosting;

/// <summary>A client that keeps the one cookie by hand, so that a test sees and changes what is sent.</summary>
internal sealed class Browser(Uri address) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(30),
    };

    /// <summary>The secret id; <see langword="null"/>: no cookie is sent.</summary>
    public string? Cookie { get; set; }

    public string CookieName { get; init; } = "ssw";

    public Task<Answer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    public async Task<Answer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken = default)
    {
        if (Cookie is not null)
        {
            request.Headers.Add("Cookie", $"{CookieName}={Cookie}");
        }

        using var response = await _client.SendAsync(request, cancellationToken);
        var answer = new Answer(
            response.StatusCode,
            await response.Content.ReadAsStringAsync(cancellationToken),
            response.Headers.Concat(response.Content.Headers)
                .ToDictionary(header => header.Key, header => header.Value.ToArray(), StringComparer.OrdinalIgnoreCase));
        if (answer.SetCookie is { } line && line.StartsWith(CookieName + "=", StringComparison.Ordinal))
        {
            var value = line[(CookieName.Length + 1)..].Split(';')[0];
            Cookie = value.Length == 0 ? null : value;
        }

        return answer;
    }

    /// <summary>The response as soon as its first bytes are here.</summary>
    public Task<HttpResponseMessage> FirstByteAsync(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Cookie", $"{CookieName}={Cookie}");
        return _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>A second client with the same cookie.</summary>
    public Browser Clone() => new(address) { Cookie = Cookie, CookieName = CookieName };

    public Browser At(Uri other) => new(other) { Cookie = Cookie, CookieName = CookieName };

    public void Dispose() => _client.Dispose();
}

/// <summary>A response.</summary>
internal sealed record Answer(HttpStatusCode Status, string Body, IReadOnlyDictionary<string, string[]> Headers)
{
    public string? SetCookie => Header("Set-Cookie");

    /// <summary>The cookie's Max-Age in seconds; <see langword="null"/> without one.</summary>
    public long? MaxAge => SetCookie?.Split(';').Select(part => part.Trim())
        .Where(part => part.StartsWith("max-age=", StringComparison.OrdinalIgnoreCase))
        .Select(part => (long?)long.Parse(part[8..], CultureInfo.InvariantCulture)).SingleOrDefault();

    public string? Header(string name) => Headers.TryGetValue(name, out var values) ? string.Join(", ", values) : null;
}
