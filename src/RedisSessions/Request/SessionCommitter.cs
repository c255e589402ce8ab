using System.Diagnostics;
using System.Runtime.CompilerServices;

using RedisSessions.Cookies;
using RedisSessions.Diagnostics;
using RedisSessions.Records;
using RedisSessions.Redis;

namespace RedisSessions.Request;

/// <summary>Commits what a request did to its session, then sets the id in the response.</summary>
internal sealed class SessionCommitter(
    IRecordStore records, SessionCarrier carrier, RedisSessionOptions options, SessionMetrics metrics, SessionLog log)
{
    // Each attempt that fails means that another request succeeded; attempts of this process stand in line.
    private const int MaxAttempts = 200;

    private readonly UpdateTurns _turns = new();

    /// <summary>
    /// Commits everything that is pending: first what ends, then what is new. What fails once has failed for good: the same
    /// exception again.
    /// </summary>
    /// <exception cref="SessionUnavailableException">Redis did not answer or refused.</exception>
    /// <exception cref="SessionConflictException">An exact update met another value each time.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask CommitAsync(SessionState session)
    {
        if (session.CommitFailure is { } failure)
        {
            throw failure;
        }

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
                var isNew = session.Record is null;
                var outcome = isNew || session.Changes.Exact.Count == 0
                    ? await records.CommitAsync(ChangeOf(session, session.Record))
                    : await CommitExactAsync(session);
                if (outcome.Kind == RecordOutcomeKind.Committed)
                {
                    Take(session, outcome, isNew);
                }
                else
                {
                    await StartAnewAsync(session);
                }
            }

            if (session.MustForget)
            {
                carrier.Forget(session.Context, session.Carried == CarriedId.Several);
                session.MustForget = false;
            }
        }
        catch (SessionUnavailableException e) when (!session.IsModified && session.Doomed is null)
        {
            // A request that only read still gets its answer; the next one tries again.
            Failed(activity, e);
            log.RenewalFailed(session.PublicId);
            session.TakeUnrenewed();
        }
        catch (Exception e)
        {
            Failed(activity, e);
            session.TakeFailure(e);
            throw;
        }
        finally
        {
            metrics.CommitEnded(started);
        }
    }

    private void Failed(Activity? activity, Exception e)
    {
        SessionActivity.Failed(activity, e);
        metrics.Failed("commit");
    }

    // The record is gone. What was written is dropped, but a sign-in starts a new one anyway.
    private async ValueTask StartAnewAsync(SessionState session)
    {
        metrics.Gone();
        log.CommitFoundNothing(session.PublicId);
        session.TakeGone();
        if (session.Restarts)
        {
            Take(session, await records.CommitAsync(ChangeOf(session, null)), isNew: true);
        }
    }

    // At once where no other request of this process updates it; otherwise in line, on the value written before.
    private async ValueTask<RecordOutcome> CommitExactAsync(SessionState session)
    {
        var current = session.Record;
        if (!_turns.IsBusy(session.Key))
        {
            var outcome = await records.CommitAsync(ChangeOf(session, current));
            if (outcome.Kind != RecordOutcomeKind.Conflict)
            {
                return outcome;
            }

            metrics.Conflict();
            current = outcome.Record;
        }

        using var turn = await _turns.WaitAsync(session.Key, options.IoTimeout);
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            session.Rebase(attempt == 1 && turn.Latest?.Version > current!.Version ? turn.Latest : current!);
            if (!session.HasChanges)
            {
                // On the value that is there now, the update changes nothing.
                return new RecordOutcome(RecordOutcomeKind.Committed, session.Record);
            }

            var outcome = await records.CommitAsync(ChangeOf(session, session.Record));
            if (outcome.Kind != RecordOutcomeKind.Conflict)
            {
                turn.HandOn(outcome.Record);
                return outcome;
            }

            metrics.Conflict();
            current = outcome.Record;
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

    private void Take(SessionState session, RecordOutcome outcome, bool isNew)
    {
        var renewed = outcome.TimeToLive > TimeSpan.Zero;
        session.TakeCommitted(outcome.Record!);
        if (isNew)
        {
            metrics.Created();
        }

        metrics.Committed();
        if (renewed)
        {
            metrics.Renewed();
            var hasSeveral = session.Carried == CarriedId.Several;
            carrier.Issue(session.Context, session.SecretId, session.Lifetime, outcome.TimeToLive, hasSeveral);
            session.Carried = hasSeveral ? CarriedId.Several : CarriedId.Valid;
            session.MustForget = false;
        }
    }
}
