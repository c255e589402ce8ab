using Microsoft.Extensions.Diagnostics.HealthChecks;

using PostgreSqlAccounts.Schema;

namespace PostgreSqlAccounts.Health;

/// <summary>Whether accounts can be read now: PostgreSQL answers and has the tables of this version.</summary>
internal sealed class AccountHealthCheck(AccountSchema schema) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var missing = await schema.FindMissingAsync(cancellationToken);
            return missing.Count == 0
                ? HealthCheckResult.Healthy("Accounts can be read.")
                : new HealthCheckResult(
                    context.Registration.FailureStatus, "The tables of accounts are missing or too old: " + string.Join(", ", missing));
        }
        catch (AccountsUnavailableException e)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message);
        }
    }
}
