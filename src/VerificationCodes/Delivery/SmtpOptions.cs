namespace VerificationCodes.Delivery;

/// <summary>The mail server, section <c>Smtp</c>. Needed wherever the development mailbox is not used.</summary>
public sealed class SmtpOptions
{
    /// <summary>The server's name; its certificate must be for this name. Default empty: none.</summary>
    public string Host { get; set; } = "";

    /// <summary>The port. 1 to 65535; default 587, the submission port with STARTTLS (RFC 6409).</summary>
    public int Port { get; set; } = 587;

    /// <summary>Whether STARTTLS is demanded: a server without it gets no mail. Default <see langword="true"/>; <see langword="false"/> outside Development is refused at start.</summary>
    public bool StartTls { get; set; } = true;

    /// <summary>The user for AUTH. Default empty: no authentication.</summary>
    public string User { get; set; } = "";

    /// <summary>The password for AUTH.</summary>
    public string Password { get; set; } = "";

    /// <summary>The sender's address. Default empty; needed where <see cref="Host"/> is set.</summary>
    public string From { get; set; } = "";

    /// <summary>The sender's name. Default empty: <see cref="VerificationOptions.ProductName"/>.</summary>
    public string FromName { get; set; } = "";
}
