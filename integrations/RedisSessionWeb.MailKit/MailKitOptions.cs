namespace RedisSessionWeb.MailKit;

/// <summary>
/// What MailKit knows beyond the section <c>Smtp</c>, which names the server, the user and the sender. Checked at start;
/// in configuration under <c>Smtp:MailKit</c>.
/// </summary>
public sealed class MailKitOptions
{
    /// <summary>
    /// Whether the connection is TLS from its first byte. Default <see langword="null"/>: on port 465 (RFC 8314). Where it
    /// is not, <c>Smtp:StartTls</c> says whether STARTTLS is demanded.
    /// </summary>
    public bool? ImplicitTls { get; set; }

    /// <summary>
    /// A file with an OAuth 2 access token for <c>Smtp:User</c>, read anew for each sign-in; whoever renews the token writes
    /// it. Then AUTH is XOAUTH2 and <c>Smtp:Password</c> is not used. Default empty: none.
    /// </summary>
    public string AccessTokenFile { get; set; } = "";

    /// <summary>How many connections there may be at once. 1 to 8; default 1: a batch goes over one connection.</summary>
    public int Connections { get; set; } = 1;

    /// <summary>How long a connection that nobody uses is kept. Zero to 5 min; default 10 s.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest that the server may be silent. 1 s to 5 min; default 20 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Whether a certificate is asked for its revocation. Default <see langword="true"/>; off where its authority cannot be reached.</summary>
    public bool CheckRevocation { get; set; } = true;

    /// <summary>How mails are signed (DKIM, RFC 6376). Never null.</summary>
    public DkimOptions Dkim { get; set; } = new();
}

/// <summary>How mails are signed. Nothing is, while <see cref="KeyFile"/> is empty.</summary>
public sealed class DkimOptions
{
    /// <summary>The file of the RSA private key, in PEM; at least 2048 bits. Default empty: mails are not signed.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>The domain that signs. Default empty: that of <c>Smtp:From</c>.</summary>
    public string Domain { get; set; } = "";

    /// <summary>The selector: the public key is in DNS under <c>{selector}._domainkey.{domain}</c>. Default <c>mail</c>.</summary>
    public string Selector { get; set; } = "mail";
}
