using System.Security.Claims;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using RedisSessions.Catalog;
using RedisSessions.Users;

namespace RedisSessions.Inspector;

/// <summary>What the inspector's routes do. Looking changes nothing; ending is logged with who did it.</summary>
internal sealed class SessionInspectorEndpoints(
    SessionCatalog catalog,
    UserSessions users,
    SessionEventResponses events,
    IOptions<SessionInspectorOptions> options,
    ILogger<SessionInspectorEndpoints> logger)
{
    private const int LargestPage = 1000;

    public async Task<Results<Ok<InspectedPage>, ProblemHttpResult>> ListAsync(
        string? cursor, int? size, string? user, CancellationToken cancellationToken)
    {
        var wanted = size ?? 50;
        if (wanted is < 1 or > LargestPage)
        {
            return BadRequest($"size is '{wanted}'; allowed: 1 to {LargestPage}.");
        }

        if (!string.IsNullOrEmpty(user))
        {
            var theirs = await users.ListAsync(user, cancellationToken);
            return TypedResults.Ok(new InspectedPage(theirs.Select(session => Of(session, user)), Next: null));
        }

        try
        {
            var page = await catalog.ListAsync(cursor, wanted, cancellationToken);
            return TypedResults.Ok(new InspectedPage(page.Sessions.Select(InspectedSession.Of), page.NextCursor));
        }
        catch (ArgumentException)
        {
            return BadRequest("cursor is not one that a page gave.");
        }
    }

    public async Task<Results<Ok<InspectedDetails>, NotFound>> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await catalog.FindAsync(id, cancellationToken) is not { } found)
        {
            return TypedResults.NotFound();
        }

        var values = found.Values
            .OrderBy(value => value.Key, StringComparer.Ordinal)
            .Select(value => InspectedValue.Of(value.Key, value.Value, options.Value));
        return TypedResults.Ok(new InspectedDetails(InspectedSession.Of(found.Summary), found.Size, values));
    }

    // No cancellation token: closing the page must not keep the session from being ended.
    public async Task<Results<NoContent, NotFound>> EndAsync(string id, ClaimsPrincipal administrator)
    {
        if (!await catalog.EndAsync(id, CancellationToken.None))
        {
            return TypedResults.NotFound();
        }

        logger.Ended(Name(administrator), InspectorLog.Mask(id));
        return TypedResults.NoContent();
    }

    public async Task<Results<Ok<EndedSessions>, ProblemHttpResult>> EndAllAsync(string? user, ClaimsPrincipal administrator)
    {
        if (string.IsNullOrEmpty(user))
        {
            return BadRequest("user is missing.");
        }

        var ended = await users.EndAllAsync(user, CancellationToken.None);
        logger.EndedAll(Name(administrator), ended);
        return TypedResults.Ok(new EndedSessions(ended));
    }

    public async Task<Results<ServerSentEventsResult<SessionEvent?>, ProblemHttpResult>> ListenAsync(HttpContext context)
    {
        var last = context.Request.Headers["Last-Event-ID"].ToString();
        if (last.Length > 0 && !SessionEventStream.IsId(last))
        {
            return BadRequest("Last-Event-ID is not the id of an event.");
        }

        // nginx would hold the events back until its buffer is full.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        var after = last.Length > 0 ? last : await events.StartAsync(context.RequestAborted);
        return TypedResults.ServerSentEvents(events.ListenAsync(after, context.RequestAborted));
    }

    private static InspectedSession Of(UserSession session, string user) => new(
        session.Id, user, session.SignedInAt, session.LastSeenAt, session.ExpiresAt, session.UserAgent, session.Address);

    private static ProblemHttpResult BadRequest(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status400BadRequest);

    private static string Name(ClaimsPrincipal administrator) =>
        InspectorLog.Mask(administrator.FindFirstValue(ClaimTypes.NameIdentifier) ?? "An administrator");
}

/// <summary>How many sessions were ended, as JSON.</summary>
internal sealed record EndedSessions(int Ended);
