using System.Net.Security;

namespace VerificationCodes.Mail;

/// <summary>The mail server, section <c>Smtp</c>. Needed wherever the development mailbox is not used; checked at start.</summary>
public sealed class SmtpOptions
{
    /// <summary>The server's name; its certificate must be for this name. Default empty: none.</summary>
    public string Host { get; set; } = "";

    /// <summary>The port. 1 to 65535; default 587, the submission port with STARTTLS (RFC 6409).</summary>
    public int Port { get; set; } = 587;

    /// <summary>
    /// Whether STARTTLS is demanded: a server without it gets no mail. Default <see langword="true"/>; <see langword="false"/>
    /// outside Development is refused at start, unless TLS is implicit.
    /// </summary>
    public bool StartTls { get; set; } = true;

    /// <summary>
    /// Whether the connection is TLS from its first byte (RFC 8314); STARTTLS is then not asked for. Default
    /// <see langword="null"/>: on port 465.
    /// </summary>
    public bool? ImplicitTls { get; set; }

    /// <summary>
    /// Whether the revocation of the server's certificate is checked. Default <see langword="false"/>: if the authority
    /// cannot be reached, no mail would leave.
    /// </summary>
    public bool CheckRevocation { get; set; }

    /// <summary>The user for AUTH. Default empty: no authentication.</summary>
    public string User { get; set; } = "";

    /// <summary>The password for AUTH.</summary>
    public string Password { get; set; } = "";

    /// <summary>
    /// A file with an OAuth 2 access token for <see cref="User"/>, read anew for each connection: to renew the
    /// token, write the file. AUTH is then XOAUTH2, and <see cref="Password"/> is not used. Default empty: none.
    /// </summary>
    public string AccessTokenFile { get; set; } = "";

    /// <summary>The sender's address. Default empty; needed where <see cref="Host"/> is set.</summary>
    public string From { get; set; } = "";

    /// <summary>The sender's name. Default empty: <see cref="VerificationOptions.ProductName"/>.</summary>
    public string FromName { get; set; } = "";

    /// <summary>
    /// The longest that each step may take: connecting with TLS, signing in, handing over. All of them together may take
    /// <see cref="VerificationOptions.SendTimeout"/>. 1 s to 5 min; default 20 s.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The most connections at once. Mails follow each other over one; another is opened where none has become free for half
    /// a second. 1 to 8; default 8.
    /// </summary>
    public int Connections { get; set; } = 8;

    /// <summary>How long an idle connection is kept. Zero to 5 min; default 10 s.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How mails are signed (DKIM, RFC 6376).</summary>
    public DkimOptions Dkim { get; } = new();

    /// <summary>For tests, whose servers have certificates of no known authority.</summary>
    internal RemoteCertificateValidationCallback? Trust { get; set; }

    internal bool IsTlsImplicit => ImplicitTls ?? Port == 465;
}

/// <summary>How mails are signed, section <c>Smtp:Dkim</c>. None is while <see cref="KeyFile"/> is empty.</summary>
public sealed class DkimOptions
{
    /// <summary>The file of the RSA private key, in PEM; 2048 bits or more (RFC 8301). Default empty: mails are not signed.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>The domain that signs. Default empty: that of <see cref="SmtpOptions.From"/>.</summary>
    public string Domain { get; set; } = "";

    /// <summary>The selector: the public key is in DNS under <c>{selector}._domainkey.{domain}</c>. Default <c>mail</c>.</summary>
    public string Selector { get; set; } = "mail";
}
