using PostgreSqlAccounts;

using RespClient.Diagnostics;

namespace RedisSessionWeb.Errors;

/// <summary>Says that requests get a 503 and why, without a stack and not once for each of them.</summary>
internal sealed partial class OutageLog(ILogger<OutageLog> logger, TimeProvider time)
{
    private readonly OutageNotes _notes = new(time);

    public void Tell(Exception outage)
    {
        if (outage is AccountsUnavailableException { IsLasting: true })
        {
            if (_notes.IsNews("accounts", outage.Message))
            {
                LogAccountsRefused(outage.Message);
            }

            return;
        }

        if (!_notes.IsNews("requests", outage, out var untold))
        {
            return;
        }

        if (OutageNotes.RefusalIn(outage) is { } refusal)
        {
            LogRefusal(refusal.Message);
        }
        else
        {
            LogOutage(outage.GetType().Name, outage.Message, untold);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "A store is away, and requests that need it get a 503: {Error}: {Reason} ({Untold} more since the last such line.)")]
    private partial void LogOutage(string error, string reason, int untold);

    [LoggerMessage(3, LogLevel.Error, "PostgreSQL refuses accounts, and requests that need them get a 503 until its rights or tables are changed; no restart is needed: {Reason}")]
    private partial void LogAccountsRefused(string reason);

    [LoggerMessage(2, LogLevel.Error, "Redis refuses, and requests that need it get a 503 until its rights (ACL) or its configuration are changed; no restart is needed: {Reason}")]
    private partial void LogRefusal(string reason);
}
