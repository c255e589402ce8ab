using System.Diagnostics;
using System.Runtime.CompilerServices;

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

    /// <summary>
    /// The session of a request. Asks Redis only where the request carries a well-formed id. Where Redis does not
    /// answer, the session throws when it is touched.
    /// </summary>
    public ValueTask<SessionState> OpenAsync(HttpContext context)
    {
        var session = new SessionState(this, context);
        return services.Carrier.Read(context, out var id) switch
        {
            CarriedId.Valid => LoadAsync(session, id),
            CarriedId.Malformed => Rejected(session),
            _ => new ValueTask<SessionState>(session),
        };
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

    private ValueTask<SessionState> Rejected(SessionState session)
    {
        services.Metrics.Rejected();
        session.ClientHasId = true;
        return new ValueTask<SessionState>(session);
    }

    // A record that is near is there at once: no state machine for that. A span must not outlive the method that
    // starts it, so it has one of its own.
    private ValueTask<SessionState> LoadAsync(SessionState session, in SessionId id)
    {
        var started = services.Metrics.LoadStarted();
        if (SessionActivity.IsListenedTo)
        {
            return LoadTracedAsync(session, id, started);
        }

        var loading = Records.LoadAsync(Keys.Record(id), CancellationToken.None);
        if (!loading.IsCompletedSuccessfully)
        {
            return FinishLoadAsync(session, id, loading, started, null);
        }

        session.Open(id, loading.GetAwaiter().GetResult());
        services.Metrics.LoadEnded(started);
        return new ValueTask<SessionState>(session);
    }

    private async ValueTask<SessionState> LoadTracedAsync(SessionState session, SessionId id, long started)
    {
        using var activity = SessionActivity.StartLoad();
        return await FinishLoadAsync(session, id, Records.LoadAsync(Keys.Record(id), CancellationToken.None), started, activity);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SessionState> FinishLoadAsync(
        SessionState session, SessionId id, ValueTask<SessionRecord?> loading, long started, Activity? activity)
    {
        try
        {
            session.Open(id, await loading);
        }
        catch (SessionUnavailableException e)
        {
            SessionActivity.Failed(activity, e);
            services.Metrics.Failed("load");
            session.Fail(id, e, RunsWithoutSession(session.Context));
        }
        finally
        {
            services.Metrics.LoadEnded(started);
        }

        return session;
    }

    private bool RunsWithoutSession(HttpContext context) =>
        Options.WhenUnavailable == WhenUnavailable.RunWithoutSession
        || context.GetEndpoint()?.Metadata.GetMetadata<OptionalSessionAttribute>() is not null;
}
