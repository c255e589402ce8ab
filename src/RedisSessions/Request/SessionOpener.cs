using Microsoft.AspNetCore.Http;

using RedisSessions.Cookies;
using RedisSessions.Diagnostics;
using RedisSessions.Endpoints;
using RedisSessions.Records;
using RedisSessions.Redis;

namespace RedisSessions.Request;

/// <summary>Opens the session of a request: id out of cookie or header, record out of Redis.</summary>
internal sealed class SessionOpener(SessionRuntime runtime)
{
    public RedisSessionOptions Options => runtime.Options;

    public SessionKeys Keys => runtime.Keys;

    public IRecordStore Records => runtime.Records;

    public SessionCommitter Committer => runtime.Committer;

    /// <summary>The session of a request, with the id it carries. Its record is still to be loaded.</summary>
    public SessionState Find(HttpContext context)
    {
        var session = new SessionState(this, context);
        switch (runtime.Carrier.Read(context, out var id))
        {
            case var carried and (CarriedId.Valid or CarriedId.Several):
                session.Expect(id, carried);
                break;
            case CarriedId.Malformed:
                runtime.Metrics.Rejected();
                session.Carried = CarriedId.Malformed;
                break;
        }

        return session;
    }

    /// <summary>
    /// The record of a session that awaits one. Without metrics and traces it is the store's own task: no state machine
    /// beside it.
    /// </summary>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public ValueTask<SessionRecord?> LoadAsync(SessionState session, CancellationToken cancellationToken) =>
        session.Carried == CarriedId.Several ? LoadNewestAsync(session, cancellationToken) : LoadAsync(session.Key, cancellationToken);

    /// <summary>The record could not be loaded: the session throws when it is touched, or the request runs without it.</summary>
    public void TakeFailure(SessionState session, SessionUnavailableException failure)
    {
        runtime.Metrics.Failed("load");
        session.Fail(failure, RunsWithoutSession(session.Context));
    }

    /// <summary>Whether enough time has passed since the last renewal, by Redis' clock, to renew with this request.</summary>
    public bool IsRenewalDue(SessionRecord record)
    {
        var age = runtime.Clock.Now - record.RenewedAt;
        // A renewal far in the future: this clock is behind, and would otherwise never renew.
        return age >= RenewAfter(record.Lifetime.IdleTimeout) || age < -ClockTolerance;
    }

    /// <summary>
    /// Whether to give a browser that sent several ids this one alone, which renews it: at once, and then not with each
    /// request of a browser that keeps the others.
    /// </summary>
    public bool IsSettlementDue(SessionRecord record) =>
        record.RenewedAt == record.CreatedAt || runtime.Clock.Now - record.RenewedAt >= SettlesEvery;

    // A session with a shorter life of its own must not end between two renewals.
    private TimeSpan RenewAfter(TimeSpan lifetime) => Options.RenewAfter switch
    {
        null => lifetime / RenewalsPerLifetime,
        { } after when lifetime < Options.MaxAge && after > lifetime / 2 => lifetime / RenewalsPerLifetime,
        { } after => after,
    };

    private const int RenewalsPerLifetime = 20;

    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan SettlesEvery = TimeSpan.FromMinutes(1);

    // A cookie of a domain that is no longer used hides the one that is, or another host of the domain has set it:
    // the order of the cookies says nothing.
    private async ValueTask<SessionRecord?> LoadNewestAsync(SessionState session, CancellationToken cancellationToken)
    {
        var ids = runtime.Carrier.ReadSeveral(session.Context);
        // Started before any is awaited: they travel together.
        var records = await Task.WhenAll([.. ids.Select(id => LoadAsync(Keys.Record(id), cancellationToken).AsTask())]);
        SessionRecord? newest = null;
        for (var i = 0; i < ids.Length; i++)
        {
            if (records[i] is { } record && (newest is null || IsNewer(record, newest)))
            {
                newest = record;
                session.Expect(ids[i], CarriedId.Several);
            }
        }

        return newest;
    }

    private static bool IsNewer(SessionRecord record, SessionRecord other) => (record.Identity is null) == (other.Identity is null)
        ? record.CreatedAt > other.CreatedAt
        : record.Identity is not null;

    private ValueTask<SessionRecord?> LoadAsync(string key, CancellationToken cancellationToken) =>
        SessionActivity.IsListenedTo || runtime.Metrics.TimesLoads
            ? LoadObservedAsync(key, cancellationToken)
            : Records.LoadAsync(key, cancellationToken);

    private async ValueTask<SessionRecord?> LoadObservedAsync(string key, CancellationToken cancellationToken)
    {
        var started = runtime.Metrics.LoadStarted();
        using var activity = SessionActivity.StartLoad();
        try
        {
            return await Records.LoadAsync(key, cancellationToken);
        }
        catch (SessionUnavailableException e)
        {
            SessionActivity.Failed(activity, e);
            throw;
        }
        finally
        {
            runtime.Metrics.LoadEnded(started);
        }
    }

    private bool RunsWithoutSession(HttpContext context) =>
        Options.WhenUnavailable == WhenUnavailable.RunWithoutSession
        || context.GetEndpoint()?.Metadata.GetMetadata<OptionalSessionAttribute>() is not null;
}
