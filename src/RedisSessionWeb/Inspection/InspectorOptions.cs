using VerificationCodes.Addresses;

namespace RedisSessionWeb.Inspection;

/// <summary>The configuration section <c>Inspector</c>.</summary>
internal sealed class InspectorOptions
{
    public const string Section = "Inspector";

    /// <summary>Everybody who is signed in: for development, refused in Production.</summary>
    public const string Everybody = "*";

    /// <summary>
    /// The e-mail addresses of the people who may see and end all sessions, or <see cref="Everybody"/>.
    /// Default: no one.
    /// </summary>
    public IList<string> Admins { get; } = [];

    /// <summary>
    /// Whether the inspector shows the values in a session, and not only their names and sizes. Default
    /// <see langword="false"/>: values are private.
    /// </summary>
    public bool ShowValues { get; set; }

    /// <summary>Whether the list names everybody, or exactly this mailbox in any spelling.</summary>
    public bool Admits(string email)
    {
        _ = EmailAddress.TryParse(email, out var own);
        return Admins.Any(admin => admin == Everybody || (EmailAddress.TryParse(admin, out var named) && named.Equals(own)));
    }
}
