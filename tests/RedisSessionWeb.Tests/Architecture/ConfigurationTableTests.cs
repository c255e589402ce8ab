using System.Collections;
using System.Globalization;
using System.Reflection;

using PostgreSqlAccounts;

using RedisAccounts;

using RedisSessions;

using RedisSessionWeb.Gate;
using RedisSessionWeb.Inspection;

using VerificationCodes;
using VerificationCodes.Delivery;
using VerificationCodes.Grpc;
using VerificationCodes.Mail;

namespace RedisSessionWeb.Tests.Architecture;

/// <summary>The table in the README names every setting with the default that the source has, and none that is gone.</summary>
public sealed class ConfigurationTableTests
{
    /// <summary>The sections the application binds, with a fresh instance of what each is bound to.</summary>
    private static readonly (string Section, object Defaults)[] Sections =
    [
        ("Sessions", new RedisSessionOptions()),
        ("Verification", new VerificationOptions()),
        ("Verification:Grpc", new VerificationServerOptions()),
        ("Smtp", new SmtpOptions()),
        ("Sms", new SmsOptions()),
        ("Accounts", new AccountOptions()),
        ("Accounts:PostgreSql", new PostgreSqlAccountOptions()),
        ("Inspector", new InspectorOptions()),
        ("Gate", new GateOptions()),
    ];

    /// <summary>Read one by one in the source, or the framework's own.</summary>
    private static readonly string[] Others = ["Redis:Client", "Redis:ConnectionString", "Sessions:ValidateEvery", "Accounts:Store", "Proxies", "AllowedHosts", "Logging:LogLevel:Default"];

    private static readonly Dictionary<string, string> Table = SourceTree.Read("README.md").Split('\n')
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .Where(cells => cells.Length == 5 && cells[1].StartsWith('`') && cells[1].EndsWith('`'))
        .ToDictionary(cells => cells[1].Trim('`'), cells => cells[2]);

    [Fact]
    public void The_configuration_table_names_every_setting_with_its_default()
    {
        var wrong =
            from setting in Settings()
            let said = Table.GetValueOrDefault(setting.Key)
            where said is null || (setting.Value is { } value && !said.Contains(value, StringComparison.Ordinal))
            select $"{setting.Key} is {setting.Value} in the source, and {said ?? "not there"} in README.md";

        Findings.None(wrong);
    }

    [Fact]
    public void The_configuration_table_names_no_setting_that_is_gone() =>
        Findings.None(Table.Keys.Where(key => key.Contains(':', StringComparison.Ordinal))
            .Except(Settings().Select(setting => setting.Key)).Except(Others));

    // Null where the default is an object of the framework, which the table puts in words.
    private static IEnumerable<(string Key, string? Value)> Settings() =>
        Sections.SelectMany(section => SettingsOf(section.Section, section.Defaults));

    private static IEnumerable<(string Key, string? Value)> SettingsOf(string path, object defaults)
    {
        foreach (var property in defaults.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var key = $"{path}:{property.Name}";
            var value = property.GetValue(defaults);
            if (value is not null && property.PropertyType.IsClass && SourceTree.Libraries.Contains(property.PropertyType.Assembly.GetName().Name!))
            {
                foreach (var inner in SettingsOf(key, value))
                {
                    yield return inner;
                }
            }
            else if (property.CanWrite || value is IList)
            {
                yield return (key, Text(value));
            }
        }
    }

    private static string? Text(object? value) => value switch
    {
        null => "none",
        "" or IList { Count: 0 } => "empty",
        bool flag => flag ? "`true`" : "`false`",
        TimeSpan time => $"`{time:c}`",
        string or Enum => $"`{value}`",
        IFormattable number => $"`{number.ToString(null, CultureInfo.InvariantCulture)}`",
        _ => null,
    };
}
