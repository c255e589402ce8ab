using Microsoft.Extensions.Diagnostics.HealthChecks;

using PostgreSqlAccounts.Health;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health check of accounts in PostgreSQL.</summary>
public static class PostgreSqlAccountsHealthChecksBuilderExtensions
{
    /// <summary>Adds a check whether PostgreSQL answers and has the tables of accounts that this version needs.</summary>
    /// <param name="builder">What <c>AddHealthChecks()</c> returns.</param>
    /// <param name="name">The check's name. Default <c>postgresql-accounts</c>.</param>
    /// <param name="failureStatus">What to report if they cannot. Default: unhealthy.</param>
    /// <param name="tags">Tags to choose checks by, such as <c>ready</c>. Default: none.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddPostgreSqlAccounts(
        this IHealthChecksBuilder builder,
        string name = "postgresql-accounts",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name, provider => ActivatorUtilities.CreateInstance<AccountHealthCheck>(provider), failureStatus, tags));
    }
}
