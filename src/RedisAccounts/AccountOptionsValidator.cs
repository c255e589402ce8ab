using System.Globalization;

using Microsoft.Extensions.Options;

namespace RedisAccounts;

/// <summary>Refuses options that are out of range, naming the key, the value and what is allowed.</summary>
internal sealed class AccountOptionsValidator : IValidateOptions<AccountOptions>
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, AccountOptions options)
    {
        var failures = new List<string>();
        if (options.KeyPrefix is not { Length: >= 1 and <= 64 } prefix || prefix.Any(c => c is '{' or '}' || char.IsWhiteSpace(c)))
        {
            failures.Add($"Accounts:KeyPrefix is '{options.KeyPrefix}'; allowed: 1 to 64 characters without braces or white space.");
        }

        Check(failures, "MinPasswordLength", options.MinPasswordLength, 8, 64);
        Check(failures, "MaxPasswordLength", options.MaxPasswordLength, 64, 1024);
        Check(failures, "HashIterations", options.HashIterations, 210_000, 10_000_000);
        if (options.Hashing is not { } hashing)
        {
            failures.Add("Accounts:Hashing is missing.");
            return ValidateOptionsResult.Fail(failures);
        }

        Check(failures, "Hashing:Places", hashing.Places, 0, 1_000);
        Check(failures, "Hashing:WaitingPerPlace", hashing.WaitingPerPlace, 1, 1_000);
        Check(failures, "Hashing:MaxWait", hashing.MaxWait, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        if (options.SignIn is not { } signIn)
        {
            failures.Add("Accounts:SignIn is missing.");
            return ValidateOptionsResult.Fail(failures);
        }

        Check(failures, "SignIn:FreeFailures", signIn.FreeFailures, 1, 100);
        Check(failures, "SignIn:FreeFailuresPerNetwork", signIn.FreeFailuresPerNetwork, 1, 10_000);
        Check(failures, "SignIn:FreeFailuresPerAccount", signIn.FreeFailuresPerAccount, 1, 1_000);
        Check(failures, "SignIn:FirstDelay", signIn.FirstDelay, TimeSpan.FromMilliseconds(100), Hour);
        Check(failures, "SignIn:MaxDelay", signIn.MaxDelay, signIn.FirstDelay, TimeSpan.FromDays(1));
        Check(failures, "SignIn:MaxSharedDelay", signIn.MaxSharedDelay, signIn.FirstDelay, Hour);
        Check(failures, "SignIn:DeviceLifetime", signIn.DeviceLifetime, TimeSpan.FromDays(1), TimeSpan.FromDays(400));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void Check<T>(List<string> failures, string key, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            failures.Add(string.Create(
                CultureInfo.InvariantCulture, $"Accounts:{key} is '{value}'; allowed: {least} to {most}."));
        }
    }
}
