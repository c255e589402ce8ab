namespace RedisSessionWeb.Hosting;

/// <summary>The configuration section <c>Inspector</c>.</summary>
internal sealed class InspectorOptions
{
    public const string Section = "Inspector";

    /// <summary>
    /// The e-mail addresses of the people who may see and end everybody's sessions. <c>*</c>, everybody who is
    /// signed in, is for development: Production refuses to start with it. Default: nobody.
    /// </summary>
    public IReadOnlyList<string> Admins { get; set; } = [];

    public bool Admits(string email) =>
        Admins.Any(admin => admin == "*" || string.Equals(admin.Trim(), email, StringComparison.OrdinalIgnoreCase));
}
