namespace RedisSessionWeb.Visitors;

/// <summary>
/// Names a browser and its system from a User-Agent, well enough for people to tell their own devices apart. It
/// does not guess.
/// </summary>
/// <param name="Name">Such as <c>Firefox</c>; <see langword="null"/>: unknown.</param>
/// <param name="System">Such as <c>Windows</c>; <see langword="null"/>: unknown.</param>
internal readonly record struct Browser(string? Name, string? System)
{
    // The order matters: most browsers also call themselves by the names of those further down.
    private static readonly (string Token, string Name)[] Names =
    [
        ("MicroMessenger/", "WeChat"), ("Edg/", "Edge"), ("EdgA/", "Edge"), ("EdgiOS/", "Edge"), ("OPR/", "Opera"),
        ("Vivaldi/", "Vivaldi"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
        ("HeadlessChrome/", "Chrome"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"),
    ];

    private static readonly (string Token, string Name)[] Systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("HarmonyOS", "HarmonyOS"), ("Windows", "Windows"),
        ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
    ];

    public static Browser Of(string? userAgent) => new(Find(Names, userAgent), Find(Systems, userAgent));

    private static string? Find((string Token, string Name)[] known, string? userAgent)
    {
        foreach (var (token, name) in known)
        {
            if (userAgent?.Contains(token, StringComparison.Ordinal) == true)
            {
                return name;
            }
        }

        return null;
    }
}
