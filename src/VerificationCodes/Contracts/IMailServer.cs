using VerificationCodes.Delivery;

namespace VerificationCodes.Contracts;

/// <summary>The way to a mail server, which a package of its own brings (<c>AddVerificationMail</c>).</summary>
internal interface IMailServer : IMailTransport
{
    /// <summary>Whether the configuration names a server.</summary>
    bool IsSet { get; }
}
