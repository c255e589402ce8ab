using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

using VerificationCodes.Codes;
using VerificationCodes.Contracts;

namespace VerificationCodes.Composition;

/// <summary>Checks the section <c>Verification</c> at start.</summary>
internal sealed class VerificationOptionsValidator(HostEnvironmentKind environment, IServiceProviderIsService services) : IValidateOptions<VerificationOptions>
{
    public ValidateOptionsResult Validate(string? name, VerificationOptions options)
    {
        var findings = new Findings();
        findings.Require(
            options.ProductName.Length is >= 1 and <= 40 && !options.ProductName.Any(char.IsControl),
            $"Verification:ProductName has {options.ProductName.Length} characters; allowed: 1 to 40, no control characters.");
        if (options.Remote is not null)
        {
            CheckRemote(options, findings);
        }
        else
        {
            CheckLocal(options, findings);
        }

        return findings.Result;
    }

    private void CheckRemote(VerificationOptions options, Findings findings)
    {
        var remote = options.Remote!;
        findings.Require(
            remote.IsAbsoluteUri && remote.Scheme is "http" or "https" && remote.PathAndQuery == "/",
            $"Verification:Remote is '{remote}'; allowed: http://host:port or https://host:port.");
        findings.Require(
            !remote.IsAbsoluteUri || remote.IsLoopback || options.RemoteSecret.Length >= 16,
            $"Verification:RemoteSecret has {options.RemoteSecret.Length} characters; allowed beyond loopback: 16 or more.");
        findings.Require(
            services.IsService(typeof(IRemoteVerification)),
            $"Verification:Remote is '{remote}'; needed: services.AddVerificationGrpc(configuration), of the package VerificationCodes.Grpc.");
        findings.Duration("Verification:RemoteTimeout", options.RemoteTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30));
    }

    private void CheckLocal(VerificationOptions options, Findings findings)
    {
        CheckKeys(options, findings);
        findings.Duration("Verification:CodeLifetime", options.CodeLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10));
        findings.Duration("Verification:CoolDown", options.CoolDown, TimeSpan.FromSeconds(1), options.CodeLifetime);
        findings.Number("Verification:TriesPerCode", options.TriesPerCode, 1, 10);
        findings.Number("Verification:MissesPerDay", options.MissesPerDay, options.TriesPerCode, 100);
        findings.Number("Verification:MissesOfAllPerHour", options.MissesOfAllPerHour, 100, 1_000_000);
        findings.Number("Verification:SendsPerHour", options.SendsPerHour, 1, 100);
        findings.Number("Verification:SendsPerDay", options.SendsPerDay, options.SendsPerHour, 1000);
        findings.Number("Verification:SendsPerClientPerHour", options.SendsPerClientPerHour, 1, 10_000);
        findings.Number("Verification:SendsPerMinute", options.SendsPerMinute, 1, 1_000_000);
        findings.Number("Verification:Captcha:WorkBits", options.Captcha.WorkBits, 8, 24);
        findings.Number("Verification:Captcha:PerClientPerMinute", options.Captcha.PerClientPerMinute, 1, 10_000);
        findings.Duration("Verification:Captcha:Lifetime", options.Captcha.Lifetime, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(10));
        findings.Duration("Verification:SendTimeout", options.SendTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        findings.Require(
            environment.IsDevelopment || options.DevelopmentMailbox is not true,
            "Verification:DevelopmentMailbox is 'true'; allowed outside Development: false.");
    }

    private void CheckKeys(VerificationOptions options, Findings findings)
    {
        findings.Require(
            options.Keys.Count > 0 || environment.IsDevelopment,
            "Verification:Keys is empty; allowed outside Development: 'name:base64' with 32 or more random bytes, as of 'openssl rand -base64 32'.");
        findings.Require(
            options.Keys.Count <= ServerKeys.MaxKeys, $"Verification:Keys has {options.Keys.Count} keys; allowed: at most {ServerKeys.MaxKeys}.");
        for (var i = 0; i < options.Keys.Count; i++)
        {
            // Never the value: half a key in a log is half a secret.
            findings.Require(
                ServerKeys.TryParse(options.Keys[i]) is not null,
                $"Verification:Keys:{i} is a placeholder or not of the form 'name:base64'; allowed: a name of 1 to 16 letters and digits, 32 or more random bytes.");
        }

        var names = options.Keys.Select(k => k.Split(':')[0]).ToList();
        findings.Require(names.Distinct(StringComparer.Ordinal).Count() == names.Count, "Verification:Keys has two keys with the same name; allowed: different names.");
    }
}
