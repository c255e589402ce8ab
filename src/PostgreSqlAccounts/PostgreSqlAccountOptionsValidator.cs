using System.Globalization;

using Microsoft.Extensions.Options;

using Npgsql;

namespace PostgreSqlAccounts;

/// <summary>Refuses options that are out of range, naming the key and what is allowed.</summary>
internal sealed class PostgreSqlAccountOptionsValidator : IValidateOptions<PostgreSqlAccountOptions>
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, PostgreSqlAccountOptions options)
    {
        var failures = new List<string>();
        if (Read(options.ConnectionString) is not { Host.Length: > 0 })
        {
            // The value may hold a password: it is not repeated.
            failures.Add(
                "Accounts:PostgreSql:ConnectionString is " + (string.IsNullOrWhiteSpace(options.ConnectionString) ? "empty" : "not readable")
                + "; allowed: text like 'Host=localhost;Database=accounts;Username=app;Password=…'.");
        }

        if (options.Timeout < Least || options.Timeout > Most || options.Timeout.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            failures.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Accounts:PostgreSql:Timeout is '{options.Timeout}'; allowed: {Least} to {Most}, in whole seconds."));
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static NpgsqlConnectionStringBuilder? Read(string? text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
