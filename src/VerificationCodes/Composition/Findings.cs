using System.Globalization;

using Microsoft.Extensions.Options;

namespace VerificationCodes.Composition;

/// <summary>Collects the settings that are refused, each with its key, its value and what is allowed.</summary>
internal sealed class Findings
{
    private readonly List<string> _failures = [];

    public ValidateOptionsResult Result => _failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_failures);

    public void Number(string key, long value, long least, long most) =>
        Require(value >= least && value <= most, string.Create(CultureInfo.InvariantCulture, $"{key} is '{value}'; allowed: {least} to {most}."));

    public void Duration(string key, TimeSpan value, TimeSpan least, TimeSpan most) =>
        Require(value >= least && value <= most, $"{key} is '{value:c}'; allowed: {least:c} to {most:c}.");

    public void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            _failures.Add(otherwise);
        }
    }
}
