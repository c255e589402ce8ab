using RedisSessions.Cookies;
using RedisSessions.Diagnostics;
using RedisSessions.Records;
using RedisSessions.Stores;

namespace RedisSessions.Commits;

/// <summary>Takes what a request did to its session to Redis, then tells the client what it must know of it.</summary>
internal sealed class SessionCommitter(
    IRecordStore records, SessionCarrier carrier, RedisSessionOptions options, SessionMetrics metrics, SessionLog log)
{
    // Each attempt that fails means that another request succeeded; attempts of this process stand in line.
    private const int MaxAttempts = 200;

    private readonly UpdateTurns _turns = new();

    /// <summary>Commits everything that is pending: first what ends, then what is new.</summary>
    /// <exception cref="SessionUnavailableException">Redis did not answer or refused.</exception>
    /// <exception cref="SessionConflictException">An exact update met another value each time.</exception>
    public async ValueTask CommitAsync(SessionState session)
    {
        var started = metrics.CommitStarted();
        using var activity = SessionActivity.StartCommit();
        try
        {
            if (session.Doomed is { } doomed)
            {
                await records.DeleteAsync(doomed.Key, doomed.UserId);
                session.Doomed = null;
                metrics.Destroyed();
                session.MustForget = true;
            }

            if (session.HasChanges)
            {
                await (session.Record is null ? CreateAsync(session) : ChangeAsync(session));
            }

            if (session.MustForget)
            {
                carrier.Forget(session.Context);
                session.MustForget = false;
            }
        }
        catch (Exception e)
        {
            SessionActivity.Failed(activity, e);
            metrics.Failed("commit");
            throw;
        }
        finally
        {
            metrics.CommitEnded(started);
        }
    }

    private async ValueTask CreateAsync(SessionState session)
    {
        var outcome = await records.CommitAsync(ChangeOf(session, null));
        metrics.Created();
        Take(session, outcome);
    }

    private async ValueTask ChangeAsync(SessionState session)
    {
        var outcome = await records.CommitAsync(ChangeOf(session, session.Record));
        if (outcome.Kind == RecordOutcomeKind.Conflict)
        {
            using (await _turns.WaitAsync(session.Key, options.IoTimeout))
            {
                outcome = await RetryAsync(session, outcome);
            }
        }

        if (outcome.Kind == RecordOutcomeKind.Committed)
        {
            Take(session, outcome);
            return;
        }

        metrics.Gone();
        log.CommitFoundNothing(session.PublicId);
        session.TakeGone();
        if (session.Restarts)
        {
            // The old record is dead, but a sign-in starts a new one anyway.
            await CreateAsync(session);
        }
    }

    private async ValueTask<RecordOutcome> RetryAsync(SessionState session, RecordOutcome outcome)
    {
        for (var attempt = 2; attempt <= MaxAttempts; attempt++)
        {
            metrics.Conflict();
            session.Rebase(outcome.Record!);
            if (!session.HasChanges)
            {
                // On the value that is there now, the update changes nothing.
                return new RecordOutcome(RecordOutcomeKind.Committed, session.Record);
            }

            outcome = await records.CommitAsync(ChangeOf(session, session.Record));
            if (outcome.Kind != RecordOutcomeKind.Conflict)
            {
                return outcome;
            }
        }

        throw new SessionConflictException(session.Changes.Exact.First(), MaxAttempts);
    }

    private RecordChange ChangeOf(SessionState session, SessionRecord? before) => new()
    {
        Key = before is null ? session.NewKey ?? session.Key : session.Key,
        Base = before,
        NewKey = before is null ? null : session.NewKey,
        Values = session.Changes.Values,
        Exact = before is null ? [] : session.Changes.Exact,
        Identity = session.SignedIn ?? before?.Identity,
        Renews = session.MustRenew,
        Lifetime = session.Lifetime,
        Restarts = session.Restarts,
        AbsoluteLifetime = options.AbsoluteLifetime,
    };

    private void Take(SessionState session, RecordOutcome outcome)
    {
        var renewed = outcome.TimeToLive > TimeSpan.Zero;
        session.TakeCommitted(outcome.Record!);
        metrics.Committed();
        if (renewed)
        {
            metrics.Renewed();
            carrier.Issue(session.Context, session.SecretId, session.Lifetime, outcome.TimeToLive);
            session.ClientHasId = true;
            session.MustForget = false;
        }
    }
}
