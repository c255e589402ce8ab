using System.Net.Sockets;
using System.Text.RegularExpressions;

using Microsoft.Extensions.Options;

namespace RedisSessionWeb.Hosting;

/// <summary>Distinguishes a wrong setting, which the operator corrects, from a fault of the program.</summary>
internal static partial class ConfigurationFault
{
    /// <summary>A line for each wrong setting, with its key, its value and what is allowed; none: it is something else.</summary>
    public static IReadOnlyList<string> Describe(Exception exception) => exception switch
    {
        OptionsValidationException e => [.. e.Failures],
        AggregateException e when e.InnerExceptions.Select(Describe).ToList() is var all && all.TrueForAll(lines => lines.Count > 0) => [.. all.SelectMany(lines => lines)],
        InvalidOperationException e when FailedConversion().Match(e.Message) is { Success: true } match =>
            [$"{match.Groups["key"]} is '{match.Groups["value"]}'; allowed: {Allowed(match.Groups["type"].Value)}."],
        InvalidOperationException e when UnknownLevel().Match(e.Message) is { Success: true } match =>
            [$"Logging:LogLevel has '{match.Groups["value"]}'; allowed: {string.Join(", ", Enum.GetNames<LogLevel>())}."],
        _ => [],
    };

    /// <summary>The same for what is found when the server begins to listen.</summary>
    public static IReadOnlyList<string> DescribeListening(Exception exception) =>
        exception is FormatException or ArgumentException or InvalidOperationException or IOException or SocketException
            && exception.StackTrace?.Contains("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal) == true
            ? [$"The address to listen on (urls, or Kestrel:Endpoints) cannot be used: {exception.Message.TrimEnd('.')}. Allowed: an address such as http://127.0.0.1:5080 with a port from 1 to 65535 that no other program uses."]
            : [];

    private static string Allowed(string type)
    {
        var name = Nullable().Match(type) is { Success: true } inner ? inner.Groups["inner"].Value : type;
        return name switch
        {
            "System.Boolean" => "true or false",
            "System.TimeSpan" => "a time such as 00:20:00, or 7.00:00:00 for days",
            "System.Int32" or "System.Int64" or "System.UInt16" => "a whole number",
            "System.Double" => "a number",
            "System.Uri" => "an address such as https://example.com/",
            _ => EnumNames(name) ?? "a value of the type " + name,
        };
    }

    private static string? EnumNames(string type) =>
        AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(type)).FirstOrDefault(found => found is { IsEnum: true }) is { } found
            ? string.Join(", ", Enum.GetNames(found))
            : null;

    // The framework's messages, which name the key and the value.
    [GeneratedRegex("^Failed to convert configuration value '(?<value>.*)' at '(?<key>.+)' to type '(?<type>.+)'\\.$", RegexOptions.Singleline)]
    private static partial Regex FailedConversion();

    [GeneratedRegex("^Configuration value '(?<value>.*)' is not supported\\.$", RegexOptions.Singleline)]
    private static partial Regex UnknownLevel();

    [GeneratedRegex(@"^System\.Nullable`1\[(?<inner>.+)\]$")]
    private static partial Regex Nullable();
}
