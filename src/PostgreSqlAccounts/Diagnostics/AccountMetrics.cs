using System.Diagnostics.Metrics;

namespace PostgreSqlAccounts.Diagnostics;

/// <summary>The counters of the meter <c>PostgreSqlAccounts</c>, named as those of accounts in Redis.</summary>
internal sealed class AccountMetrics
{
    public const string MeterName = "PostgreSqlAccounts";

    private readonly Counter<long> _created;
    private readonly Counter<long> _deleted;
    private readonly Counter<long> _conflicts;

    public AccountMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _created = meter.CreateCounter<long>("accounts.created", "{account}", "Accounts made.");
        _deleted = meter.CreateCounter<long>("accounts.deleted", "{account}", "Accounts deleted.");
        _conflicts = meter.CreateCounter<long>(
            "accounts.conflicts", "{conflict}", "Changes refused, by kind: name, email, phone, or stamp (changed by another caller).");
    }

    public void Created() => _created.Add(1);

    public void Deleted() => _deleted.Add(1);

    public void Conflict(string kind) => _conflicts.Add(1, new KeyValuePair<string, object?>("kind", kind));
}
