namespace RedisSessionWeb.Hosting.Requests;

/// <summary>
/// What a browser says of the site that a request comes from: W3C Fetch Metadata, and <c>Origin</c>, which older browsers
/// send with every POST. Programs send neither.
/// </summary>
internal static class RequestOrigin
{
    /// <summary>Whether the request is said to come from another site.</summary>
    public static bool IsAnotherSite(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none") || Names(request) == false;

    /// <summary>Whether the request is said to come from a page of this very site, and nothing says otherwise.</summary>
    public static bool IsThisSite(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() switch
    {
        "same-origin" => Names(request) != false,
        "" => Names(request) == true,
        _ => false,
    };

    /// <summary>Whether an address is one of the site that the request was sent to.</summary>
    public static bool IsOf(HttpRequest request, string origin) =>
        origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);

    // Null: the request does not say.
    private static bool? Names(HttpRequest request) =>
        request.Headers.Origin.ToString() is { Length: > 0 } origin ? IsOf(request, origin) : null;
}
