using System.Diagnostics.Metrics;

using RedisAccounts.SignIn;

namespace RedisAccounts.Diagnostics;

/// <summary>The counters of the meter <c>RedisAccounts</c>. No name, address or id is in any of them.</summary>
internal sealed class AccountMetrics
{
    public const string MeterName = "RedisAccounts";

    private readonly Counter<long> _created;
    private readonly Counter<long> _deleted;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _rewritten;
    private readonly Counter<long> _signIns;
    private readonly Counter<long> _hashesRefused;
    private readonly Histogram<double> _hashWaits;
    private readonly Meter _meter;

    public AccountMetrics(IMeterFactory meters)
    {
        var meter = _meter = meters.Create(MeterName);
        _created = meter.CreateCounter<long>("accounts.created", "{account}", "Accounts made.");
        _deleted = meter.CreateCounter<long>("accounts.deleted", "{account}", "Accounts deleted.");
        _conflicts = meter.CreateCounter<long>(
            "accounts.conflicts", "{conflict}", "Changes refused, by kind: name, email, phone, stamp (changed by another caller), or mailbox (two accounts made by a former rule share one).");
        _rewritten = meter.CreateCounter<long>("accounts.rewritten", "{account}", "Accounts whose address was kept by a former rule and got its present form.");
        _signIns = meter.CreateCounter<long>(
            "accounts.sign_in.asked", "{try}", "Password tries, allowed or refused, known browser or not.");
        _hashesRefused = meter.CreateCounter<long>(
            "accounts.hashing.refused", "{hash}", "Password hashes refused because too many were requested, known browser or not.");
        _hashWaits = meter.CreateHistogram<double>(
            "accounts.hashing.wait", "s", "How long password hashes waited for a place, where they had to.");
    }

    public void Created() => _created.Add(1);

    public void Deleted() => _deleted.Add(1);

    public void Conflict(string kind) => _conflicts.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void Rewritten() => _rewritten.Add(1);

    /// <summary>Shows how many hashes run and how many wait.</summary>
    public void Watch(Func<int> running, Func<int> waiting)
    {
        _meter.CreateObservableGauge("accounts.hashing.running", running, "{hash}", "Password hashes that run.");
        _meter.CreateObservableGauge("accounts.hashing.waiting", waiting, "{hash}", "Password hashes that clients wait for.");
    }

    public void HashingRefused(bool isKnown) => _hashesRefused.Add(1, new KeyValuePair<string, object?>("known_device", isKnown));

    public void HashingWaited(TimeSpan wait) => _hashWaits.Record(wait.TotalSeconds);

    public void SignInAsked(SignInPermit permit) => _signIns.Add(
        1,
        new KeyValuePair<string, object?>("allowed", permit.IsAllowed),
        new KeyValuePair<string, object?>("known_device", permit.IsKnownDevice));
}
