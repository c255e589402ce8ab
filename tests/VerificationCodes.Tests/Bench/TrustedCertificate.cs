using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace VerificationCodes.Tests.Bench;

/// <summary>Has the framework's SMTP client trust one certificate, as an operator's store would, until disposed.</summary>
internal sealed class TrustedCertificate : IDisposable
{
    public TrustedCertificate(X509Certificate2 trusted)
    {
        var thumbprint = trusted.Thumbprint;
#pragma warning disable SYSLIB0014 // The one thing that SmtpClient still asks.
        ServicePointManager.ServerCertificateValidationCallback =
            (_, certificate, _, _) => certificate is X509Certificate2 shown && shown.Thumbprint == thumbprint;
#pragma warning restore SYSLIB0014
    }

    public void Dispose()
    {
#pragma warning disable SYSLIB0014
        ServicePointManager.ServerCertificateValidationCallback = null;
#pragma warning restore SYSLIB0014
    }
}
