using System.Globalization;

using Microsoft.Extensions.Options;

using VerificationCodes.Addresses;
using VerificationCodes.Delivery;

namespace VerificationCodes.Composition;

/// <summary>Checks the section <c>Sms</c> at start.</summary>
internal sealed class SmsOptionsValidator(HostEnvironmentKind environment, IOptions<VerificationOptions> verification) : IValidateOptions<SmsOptions>
{
    public ValidateOptionsResult Validate(string? name, SmsOptions options)
    {
        var findings = new Findings();
        if (!options.Enabled)
        {
            return findings.Result;
        }

        for (var i = 0; i < options.Countries.Count; i++)
        {
            CheckRegion($"Sms:Countries:{i}", options.Countries[i], findings);
        }

        if (verification.Value.Remote is not null)
        {
            return findings.Result;
        }

        findings.Require(options.Countries.Count > 0, "Sms:Countries is empty; allowed: one or more regions, such as DE.");
        findings.Number("Sms:SendsPerHour", options.SendsPerHour, 1, 100_000);
        findings.Number("Sms:SendsPerDay", options.SendsPerDay, options.SendsPerHour, 1_000_000);
        findings.Number("Sms:SendsPerRegionPerHour", options.SendsPerRegionPerHour, 1, 100_000);
        findings.Number("Sms:SendsPerPrefixPerHour", options.SendsPerPrefixPerHour, 1, 100_000);
        if (options.Endpoint is null)
        {
            findings.Require(environment.IsDevelopment, "Sms:Endpoint is empty; allowed outside Development: the https address of the provider.");
            return findings.Result;
        }

        // Not the value: its query, or what stands before its host, may be a secret.
        findings.Require(
            options.Endpoint.IsAbsoluteUri && (options.Endpoint.Scheme == "https" || (options.Endpoint.Scheme == "http" && environment.IsDevelopment)),
            "Sms:Endpoint is refused; allowed: an absolute https address (http in Development).");
        findings.Require(options.From.Length is >= 1 and <= 40, $"Sms:From has {options.From.Length} characters; allowed: 1 to 40.");
        return findings.Result;
    }

    private static void CheckRegion(string key, string region, Findings findings)
    {
        // Former versions took country codes.
        var named = region.StartsWith('+') && int.TryParse(region.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? NumberingPlans.RegionsOf(code)
            : [];
        var instead = named.Count switch
        {
            0 => "a region in two capitals (ISO 3166-1), such as DE",
            1 => $"regions, here {named[0]}",
            _ => $"regions, here {named[0]} and, where they are meant, {string.Join(", ", named.Skip(1))}",
        };
        findings.Require(NumberingPlans.IsRegion(region), $"{key} is '{region}'; allowed: {instead}.");
    }
}
