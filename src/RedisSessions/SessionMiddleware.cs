using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

using RedisSessions.Commits;
using RedisSessions.Diagnostics;
using RedisSessions.Endpoints;

namespace RedisSessions;

/// <summary>The life of a request's session: load, run, commit; what cannot be kept is a 503.</summary>
internal sealed class SessionMiddleware(RequestDelegate next, SessionStore store, SessionLog log)
{
    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<WithoutSessionAttribute>() is null
            ? RunWithSessionAsync(context)
            : RunWithoutSessionAsync(context);

    private async Task RunWithSessionAsync(HttpContext context)
    {
        var state = await store.OpenAsync(context);
        var before = context.Features.Get<ISessionFeature>();
        context.Features.Set<ISessionFeature>(state);
        try
        {
            await next(context);
            await state.EndAsync();
        }
        catch (Exception e) when (IsUnavailable(e))
        {
            await RespondAsync(context, state);
        }
        finally
        {
            state.Close();
            context.Features.Set(before);
        }
    }

    private async Task RunWithoutSessionAsync(HttpContext context)
    {
        var before = context.Features.Get<ISessionFeature>();
        context.Features.Set<ISessionFeature>(NoSessionFeature.Instance);
        try
        {
            await next(context);
        }
        finally
        {
            context.Features.Set(before);
        }
    }

    // Also where the handler has wrapped the exception, as tasks and reflection do.
    private static bool IsUnavailable(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is SessionUnavailableException or SessionConflictException)
            {
                return true;
            }
        }

        return false;
    }

    private async Task RespondAsync(HttpContext context, SessionState state)
    {
        if (context.Response.HasStarted || state.HasUnsentBytesOfHandler)
        {
            // An answer that looks whole would be a lie.
            log.StartedBeforeCommit(state.PublicId);
            context.Abort();
            return;
        }

        state.Close();
        await UnavailableResponse.WriteAsync(context);
    }
}
