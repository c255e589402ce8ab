using System.Globalization;

using Microsoft.Extensions.Options;

using VerificationCodes.Addresses;
using VerificationCodes.Codes;
using VerificationCodes.Delivery;

namespace VerificationCodes.Hosting;

/// <summary>Collects what is wrong, each with the key of the configuration, the value and the allowed range.</summary>
internal sealed class Findings
{
    private readonly List<string> _failures = [];

    public ValidateOptionsResult Result => _failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_failures);

    public void Number(string key, long value, long least, long most) =>
        Require(value >= least && value <= most, string.Create(CultureInfo.InvariantCulture, $"{key} is {value}; allowed: {least} to {most}."));

    public void Duration(string key, TimeSpan value, TimeSpan least, TimeSpan most) =>
        Require(value >= least && value <= most, $"{key} is {value:c}; allowed: {least:c} to {most:c}.");

    public void Require(bool holds, string otherwise)
    {
        if (!holds)
            _failures.Add(otherwise);
    }
}

/// <summary>Checks the section <c>Verification</c> at start.</summary>
internal sealed class VerificationOptionsCheck(HostEnvironmentKind environment) : IValidateOptions<VerificationOptions>
{
    public ValidateOptionsResult Validate(string? name, VerificationOptions options)
    {
        var findings = new Findings();
        findings.Require(
            options.ProductName.Length is >= 1 and <= 40 && !options.ProductName.Any(char.IsControl),
            $"Verification:ProductName has {options.ProductName.Length} characters; allowed: 1 to 40, no control characters.");
        if (options.Remote is not null)
            CheckRemote(options, findings);
        else
            CheckLocal(options, findings);
        return findings.Result;
    }

    private static void CheckRemote(VerificationOptions options, Findings findings)
    {
        var remote = options.Remote!;
        findings.Require(
            remote.IsAbsoluteUri && remote.Scheme is "http" or "https" && remote.PathAndQuery == "/",
            $"Verification:Remote is '{remote}'; allowed: http://host:port or https://host:port.");
        findings.Require(
            !remote.IsAbsoluteUri || remote.IsLoopback || options.RemoteSecret.Length >= 16,
            $"Verification:RemoteSecret has {options.RemoteSecret.Length} characters; needed beyond loopback: 16 or more.");
        findings.Duration("Verification:RemoteTimeout", options.RemoteTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30));
    }

    private void CheckLocal(VerificationOptions options, Findings findings)
    {
        CheckKeys(options, findings);
        findings.Duration("Verification:CodeLifetime", options.CodeLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10));
        findings.Duration("Verification:CoolDown", options.CoolDown, TimeSpan.FromSeconds(1), options.CodeLifetime);
        findings.Number("Verification:TriesPerCode", options.TriesPerCode, 1, 10);
        findings.Number("Verification:MissesPerDay", options.MissesPerDay, options.TriesPerCode, 100);
        findings.Number("Verification:SendsPerHour", options.SendsPerHour, 1, 100);
        findings.Number("Verification:SendsPerDay", options.SendsPerDay, options.SendsPerHour, 1000);
        findings.Number("Verification:SendsPerClientPerHour", options.SendsPerClientPerHour, 1, 10_000);
        findings.Number("Verification:SendsPerMinute", options.SendsPerMinute, 1, 1_000_000);
        findings.Number("Verification:Captcha:WorkBits", options.Captcha.WorkBits, 8, 24);
        findings.Duration("Verification:Captcha:Lifetime", options.Captcha.Lifetime, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(10));
        findings.Duration("Verification:SendTimeout", options.SendTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        findings.Require(
            environment.IsDevelopment || options.DevelopmentMailbox is not true,
            "Verification:DevelopmentMailbox is true; allowed outside Development: false.");
    }

    private void CheckKeys(VerificationOptions options, Findings findings)
    {
        findings.Require(
            options.Keys.Count > 0 || environment.IsDevelopment,
            "Verification:Keys is empty; needed outside Development: 'name:base64' with 32 or more random bytes, as of 'openssl rand -base64 32'.");
        findings.Number("Verification:Keys has a count that", options.Keys.Count, 0, ServerKeys.MaxKeys);
        for (var i = 0; i < options.Keys.Count; i++)
        {
            // Never the value: half a key in a log is half a secret.
            findings.Require(
                ServerKeys.TryParse(options.Keys[i]) is not null,
                $"Verification:Keys:{i} is a placeholder or not of the form 'name:base64'; allowed: a name of 1 to 16 letters and digits, 32 or more random bytes.");
        }

        var names = options.Keys.Select(k => k.Split(':')[0]).ToList();
        findings.Require(names.Distinct(StringComparer.Ordinal).Count() == names.Count, "Verification:Keys has two keys of one name; allowed: different names.");
    }
}

/// <summary>Checks the section <c>Smtp</c> at start.</summary>
internal sealed class SmtpOptionsCheck(HostEnvironmentKind environment, IOptions<VerificationOptions> verification) : IValidateOptions<SmtpOptions>
{
    public ValidateOptionsResult Validate(string? name, SmtpOptions options)
    {
        var findings = new Findings();
        if (verification.Value.Remote is not null)
            return findings.Result;
        if (options.Host.Length == 0)
        {
            findings.Require(environment.IsDevelopment, "Smtp:Host is empty; needed outside Development: the name of a mail server.");
            return findings.Result;
        }

        findings.Number("Smtp:Port", options.Port, 1, 65_535);
        findings.Require(EmailAddress.TryParse(options.From, out _), $"Smtp:From is '{options.From}'; allowed: one e-mail address.");
        findings.Require(!options.FromName.Any(char.IsControl), "Smtp:FromName has control characters; allowed: none.");
        findings.Require(options.StartTls || environment.IsDevelopment, "Smtp:StartTls is false; allowed outside Development: true.");
        findings.Require(options.StartTls || options.User.Length == 0, "Smtp:StartTls is false with Smtp:User set; a password goes over TLS only.");
        return findings.Result;
    }
}

/// <summary>Checks the section <c>Sms</c> at start.</summary>
internal sealed class SmsOptionsCheck(HostEnvironmentKind environment, IOptions<VerificationOptions> verification) : IValidateOptions<SmsOptions>
{
    public ValidateOptionsResult Validate(string? name, SmsOptions options)
    {
        var findings = new Findings();
        if (verification.Value.Remote is not null || !options.Enabled)
            return findings.Result;
        findings.Require(options.Countries.Count > 0, "Sms:Countries is empty; needed: one or more country codes, such as +49.");
        for (var i = 0; i < options.Countries.Count; i++)
        {
            var country = options.Countries[i];
            findings.Require(
                country.Length is >= 2 and <= 5 && country[0] == '+' && country.Skip(1).All(char.IsAsciiDigit) && country[1] != '0',
                $"Sms:Countries:{i} is '{country}'; allowed: + and one to four digits.");
        }

        findings.Number("Sms:SendsPerPrefixPerHour", options.SendsPerPrefixPerHour, 1, 100_000);
        if (options.Endpoint is null)
        {
            findings.Require(environment.IsDevelopment, "Sms:Endpoint is empty; needed outside Development: the https address of the provider.");
            return findings.Result;
        }

        findings.Require(
            options.Endpoint.IsAbsoluteUri && (options.Endpoint.Scheme == "https" || (options.Endpoint.Scheme == "http" && environment.IsDevelopment)),
            $"Sms:Endpoint is '{options.Endpoint}'; allowed: an absolute https address (http in Development).");
        findings.Require(options.From.Length is >= 1 and <= 40, $"Sms:From has {options.From.Length} characters; allowed: 1 to 40.");
        return findings.Result;
    }
}
