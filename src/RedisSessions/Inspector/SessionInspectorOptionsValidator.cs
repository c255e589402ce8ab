using System.Globalization;

using Microsoft.Extensions.Options;

namespace RedisSessions.Inspector;

/// <summary>Refuses options out of range, and says which is wrong and what is allowed.</summary>
internal sealed class SessionInspectorOptionsValidator : IValidateOptions<SessionInspectorOptions>
{
    public ValidateOptionsResult Validate(string? name, SessionInspectorOptions options)
    {
        var failures = new List<string>();
        if (options.ShowsValue is null)
        {
            failures.Add("Inspector:ShowsValue is null; leave the default to show no value.");
        }

        Check(failures, "MaxValueLength", options.MaxValueLength, 16, 65_536);
        Check(failures, "EventsKept", options.EventsKept, 100, 1_000_000);
        Check(failures, "EventLifetime", options.EventLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7));
        Check(failures, "StreamDuration", options.StreamDuration, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void Check<T>(List<string> failures, string key, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            failures.Add(string.Create(
                CultureInfo.InvariantCulture, $"Inspector:{key} is '{value}'; allowed: {least} to {most}."));
        }
    }
}
