using System.Net;

using Microsoft.Extensions.Options;

using VerificationCodes.Composition;

namespace VerificationCodes.Grpc.Configuration;

/// <summary>Checks the section <c>Verification:Grpc</c> at start.</summary>
internal sealed class VerificationServerOptionsValidator : IValidateOptions<VerificationServerOptions>
{
    public ValidateOptionsResult Validate(string? name, VerificationServerOptions options)
    {
        var findings = new Findings();
        if (!options.Enabled)
        {
            return findings.Result;
        }

        var isAddress = IPAddress.TryParse(options.Address, out var address);
        findings.Require(isAddress, $"Verification:Grpc:Address is '{options.Address}'; allowed: an IP address.");
        findings.Require(
            options.Secret.Length == 0 ? isAddress && IPAddress.IsLoopback(address!) : options.Secret.Length is >= 16 and <= 256,
            $"Verification:Grpc:Secret has {options.Secret.Length} characters; allowed: 16 to 256, or none on loopback.");
        findings.Number("Verification:Grpc:Port", options.Port, 0, 65_535);
        findings.Number("Verification:Grpc:MaxMessageBytes", options.MaxMessageBytes, 1024, 1024 * 1024);
        findings.Duration("Verification:Grpc:CallTimeout", options.CallTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        return findings.Result;
    }
}
