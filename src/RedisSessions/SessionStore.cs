using Microsoft.AspNetCore.Http;

using RedisSessions.Commits;
using RedisSessions.Cookies;
using RedisSessions.Diagnostics;
using RedisSessions.Endpoints;
using RedisSessions.Records;
using RedisSessions.Stores;

namespace RedisSessions;

/// <summary>Opens the session of a request: id out of cookie or header, record out of Redis.</summary>
internal sealed class SessionStore(SessionServices services)
{
    public RedisSessionOptions Options => services.Options;

    public SessionKeys Keys => services.Keys;

    public IRecordStore Records => services.Records;

    public SessionCommitter Committer => services.Committer;

    /// <summary>The session of a request, with the id it carries. Its record is still to be loaded.</summary>
    public SessionState Find(HttpContext context)
    {
        var session = new SessionState(this, context);
        switch (services.Carrier.Read(context, out var id))
        {
            case CarriedId.Valid:
                session.Expect(id);
                break;
            case CarriedId.Malformed:
                services.Metrics.Rejected();
                session.ClientHasId = true;
                break;
        }

        return session;
    }

    /// <summary>
    /// The record of a session that awaits one. Where nobody measures or traces, the store's own task: no state machine
    /// beside it.
    /// </summary>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public ValueTask<SessionRecord?> LoadAsync(SessionState session) =>
        SessionActivity.IsListenedTo || services.Metrics.TimesLoads
            ? LoadObservedAsync(session.Key)
            : Records.LoadAsync(session.Key, CancellationToken.None);

    /// <summary>The record could not be loaded: the session throws when it is touched, or the request runs without it.</summary>
    public void TakeFailure(SessionState session, SessionUnavailableException failure)
    {
        services.Metrics.Failed("load");
        session.Fail(failure, RunsWithoutSession(session.Context));
    }

    /// <summary>Whether enough time has passed since the last renewal, by Redis' clock, to renew with this request.</summary>
    public bool IsRenewalDue(SessionRecord record)
    {
        var age = services.Clock.Now - record.RenewedAt;
        // A renewal far in the future: this clock is behind, and would otherwise never renew.
        return age >= RenewAfter(record.Lifetime.IdleTimeout) || age < -ClockTolerance;
    }

    // A session with a shorter life of its own must not end between two renewals.
    private TimeSpan RenewAfter(TimeSpan lifetime) => Options.RenewAfter switch
    {
        null => lifetime / RenewalsPerLifetime,
        { } after when lifetime < Options.MaxAge && after > lifetime / 2 => lifetime / RenewalsPerLifetime,
        { } after => after,
    };

    private const int RenewalsPerLifetime = 20;

    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    private async ValueTask<SessionRecord?> LoadObservedAsync(string key)
    {
        var started = services.Metrics.LoadStarted();
        using var activity = SessionActivity.StartLoad();
        try
        {
            return await Records.LoadAsync(key, CancellationToken.None);
        }
        catch (SessionUnavailableException e)
        {
            SessionActivity.Failed(activity, e);
            throw;
        }
        finally
        {
            services.Metrics.LoadEnded(started);
        }
    }

    private bool RunsWithoutSession(HttpContext context) =>
        Options.WhenUnavailable == WhenUnavailable.RunWithoutSession
        || context.GetEndpoint()?.Metadata.GetMetadata<OptionalSessionAttribute>() is not null;
}
