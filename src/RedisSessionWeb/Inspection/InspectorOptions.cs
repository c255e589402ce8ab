namespace RedisSessionWeb.Inspection;

/// <summary>The configuration section <c>Inspector</c>.</summary>
internal sealed class InspectorOptions
{
    public const string Section = "Inspector";

    /// <summary>Everybody who is signed in: for development, refused in Production.</summary>
    public const string Everybody = "*";

    /// <summary>
    /// The e-mail addresses of the people who may see and end everybody's sessions, or <see cref="Everybody"/>.
    /// Default: nobody.
    /// </summary>
    public IList<string> Admins { get; } = [];

    /// <summary>
    /// Whether the inspector shows the values in a session, and not only their names and sizes. Default
    /// <see langword="false"/>: values are the business of their owner.
    /// </summary>
    public bool ShowValues { get; set; }

    public bool Admits(string email) =>
        Admins.Any(admin => admin == Everybody || string.Equals(admin.Trim(), email, StringComparison.OrdinalIgnoreCase));
}
