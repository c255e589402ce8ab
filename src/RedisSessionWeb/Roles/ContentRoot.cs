namespace RedisSessionWeb.Roles;

/// <summary>Where <c>appsettings.json</c> and <c>wwwroot/</c> are: in the checkout, or beside the published program.</summary>
internal static class ContentRoot
{
    /// <summary>
    /// The working directory when it holds the application's files (so that edits show at once in a checkout), else
    /// the program's own folder; <see langword="null"/> when the caller named one, which then stands.
    /// </summary>
    public static string? Find(string[] args)
    {
        if (IsNamed(args))
        {
            return null;
        }

        var here = Directory.GetCurrentDirectory();
        return IsComplete(here) ? here : AppContext.BaseDirectory;
    }

    private static bool IsNamed(string[] args) =>
        Environment.GetEnvironmentVariable("ASPNETCORE_CONTENTROOT") is { Length: > 0 }
        || args.Any(a => a.TrimStart('-', '/').StartsWith(WebHostDefaults.ContentRootKey, StringComparison.OrdinalIgnoreCase));

    private static bool IsComplete(string folder) =>
        File.Exists(Path.Combine(folder, "appsettings.json")) && Directory.Exists(Path.Combine(folder, "wwwroot"));
}
