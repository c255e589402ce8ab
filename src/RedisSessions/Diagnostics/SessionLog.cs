using Microsoft.Extensions.Logging;

using RespClient;
using RespClient.Diagnostics;

namespace RedisSessions.Diagnostics;

/// <summary>Every line this library logs. Ids are public ones, and of those only the start.</summary>
internal sealed partial class SessionLog(ILogger<SessionLog> logger, TimeProvider time)
{
    private const int ShownCharacters = 6;

    private readonly OutageNotes _outages = new(time);
    private readonly OutageNotes _keyRingOutages = new(time);

    public void BrokenRecord(string? publicId) => LogBrokenRecord(Masked(publicId));

    /// <summary>A Redis that is away is one event, however many requests fail.</summary>
    public void Unavailable(string operation, Exception cause)
    {
        if (!_outages.IsNews(operation, cause, out var untold))
        {
            return;
        }

        if (OutageNotes.RefusalIn(cause) is { } refusal)
        {
            LogRefused(operation, refusal.Message);
        }
        else
        {
            LogUnavailable(operation, cause.GetType().Name, cause.Message, untold);
        }
    }

    /// <summary>The keys of Data Protection could not be read or kept.</summary>
    public void KeyRingUnavailable(RedisException cause)
    {
        if (_keyRingOutages.IsNews("", cause, out var untold))
        {
            LogKeyRingUnavailable(cause.GetType().Name, cause.Message, untold);
        }
    }

    public void ForeignRecord(string? publicId) => LogForeignRecord(Masked(publicId));

    public void ContradictedAnswer(string? publicId) => LogContradictedAnswer(Masked(publicId));

    public void CommitFoundNothing(string publicId) => LogCommitFoundNothing(Masked(publicId));

    public void RenewalFailed(string publicId) => LogRenewalFailed(Masked(publicId));

    public void BrokenTicket(string publicId) => LogBrokenTicket(Masked(publicId));

    public void StartedBeforeCommit(string publicId) => LogStartedBeforeCommit(Masked(publicId));

    [LoggerMessage(100, LogLevel.Information, "Sessions live in {Cache}, which keeps a session as one value: the last write of a session wins as a whole, and users' sessions cannot be listed.")]
    public partial void NoFields(string cache);

    [LoggerMessage(108, LogLevel.Information, "The near cache is off: the registered IRedisClient is not a RespClient.RedisClient, the only client that receives invalidations from the server.")]
    public partial void NoTracking();

    [LoggerMessage(107, LogLevel.Information, "A sign-in carries no NameIdentifier claim: the session is listed under no user.")]
    public partial void SignInWithoutUser();

    [LoggerMessage(114, LogLevel.Warning, "Sessions:Cookie:{Key} is '{Value}', and over plain HTTP browsers drop the session's cookie. Outside of Development it must be {Allowed}.")]
    public partial void CookieNeedsHttps(string key, object? value, string allowed);

    [LoggerMessage(101, LogLevel.Warning, "The record of session {Session} cannot be read; the request gets a new session and the record is left alone.")]
    private partial void LogBrokenRecord(string session);

    [LoggerMessage(102, LogLevel.Warning, "Could not {Operation} a session: {Error}: {Reason} ({Untold} more since the last such line.)")]
    private partial void LogUnavailable(string operation, string error, string reason, int untold);

    [LoggerMessage(109, LogLevel.Error, "Redis refuses to {Operation} a session, until its rights (ACL) or its configuration are changed; no restart is needed: {Reason}")]
    private partial void LogRefused(string operation, string reason);

    [LoggerMessage(110, LogLevel.Error, "Redis did not read or keep the key ring of Data Protection; once it does, no restart is needed: {Error}: {Reason} ({Untold} more since the last such line.)")]
    private partial void LogKeyRingUnavailable(string error, string reason, int untold);

    [LoggerMessage(115, LogLevel.Warning, "{Count} entries of the key ring of Data Protection, the list {Key}, cannot be read or have the id of another key, and are passed over. They can be removed with LREM.")]
    public partial void UnreadableKeyRingEntries(int count, string key);

    [LoggerMessage(103, LogLevel.Information, "Session {Session} was ended while a request ran; what the request wrote is dropped.")]
    private partial void LogCommitFoundNothing(string session);

    [LoggerMessage(104, LogLevel.Warning, "Session {Session} could not be renewed; the next request tries again.")]
    private partial void LogRenewalFailed(string session);

    [LoggerMessage(105, LogLevel.Error, "The response was sent past the session before session {Session} was committed, and the commit failed: the connection is closed.")]
    private partial void LogStartedBeforeCommit(string session);

    [LoggerMessage(106, LogLevel.Warning, "The principal in session {Session} cannot be read; the request is anonymous.")]
    private partial void LogBrokenTicket(string session);

    [LoggerMessage(111, LogLevel.Critical, "What was read for session {Session} was written for another session, and was not handed out: replies are out of step, or the record was copied by hand. It is read once more over a new connection, where the client can make one.")]
    private partial void LogForeignRecord(string session);

    [LoggerMessage(112, LogLevel.Warning, "The first answer held no readable record of session {Session}; the second one did, and counts. The first may have been the reply to another command: its connection is dropped, where the client can do that.")]
    private partial void LogContradictedAnswer(string session);

    private static string Masked(string? publicId) => publicId is null ? "?" : publicId[..ShownCharacters] + "…";
}
