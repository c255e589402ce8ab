using System.Globalization;
using System.Security.Cryptography;

using Microsoft.Extensions.Options;

namespace RedisSessionWeb.MailKit;

/// <summary>Refuses options out of range, and says which key of the configuration is wrong and what is allowed.</summary>
internal sealed class MailKitOptionsValidator : IValidateOptions<MailKitOptions>
{
    private const int LeastKeyBits = 2048;

    public ValidateOptionsResult Validate(string? name, MailKitOptions options)
    {
        var failures = new List<string>();
        Check(failures, "Connections", options.Connections, 1, 8);
        Check(failures, "IdleTimeout", options.IdleTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Check(failures, "Timeout", options.Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        if (options.AccessTokenFile.Length > 0 && !File.Exists(options.AccessTokenFile))
        {
            failures.Add($"Smtp:MailKit:AccessTokenFile is '{options.AccessTokenFile}'; there is no such file.");
        }

        if (options.Dkim is { KeyFile.Length: > 0 } dkim)
        {
            CheckKey(failures, dkim);
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void CheckKey(List<string> failures, DkimOptions dkim)
    {
        if (string.IsNullOrWhiteSpace(dkim.Selector) || !dkim.Selector.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_'))
        {
            failures.Add($"Smtp:MailKit:Dkim:Selector is '{dkim.Selector}'; allowed: letters, digits, '-', '_' and '.'.");
        }

        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(File.ReadAllText(dkim.KeyFile));
            if (key.KeySize < LeastKeyBits)
            {
                failures.Add($"Smtp:MailKit:Dkim:KeyFile has a key of {key.KeySize} bits; at least {LeastKeyBits} are needed.");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            failures.Add($"Smtp:MailKit:Dkim:KeyFile is '{dkim.KeyFile}'; it must be a readable RSA private key in PEM ({e.GetType().Name}).");
        }
    }

    private static void Check<T>(List<string> failures, string key, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            failures.Add(string.Create(CultureInfo.InvariantCulture, $"Smtp:MailKit:{key} is {value}; it must be from {least} to {most}."));
        }
    }
}
