using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

using RedisSessions.Diagnostics;
using RedisSessions.Endpoints;

namespace RedisSessions.Request;

/// <summary>The life of a request's session: load, run, commit; what cannot be kept is a 503.</summary>
internal sealed class SessionMiddleware(RequestDelegate next, SessionOpener opener, SessionLog log)
{
    public Task InvokeAsync(HttpContext context) =>
        EndpointOf(context)?.Metadata.GetMetadata<WithoutSessionAttribute>() is null
            ? RunWithSessionAsync(context)
            : RunWithoutSessionAsync(context);

    // By type and not by Get<T>: a generic method of an interface is looked up anew at each call.
    private static Endpoint? EndpointOf(HttpContext context) => (context.Features[typeof(IEndpointFeature)] as IEndpointFeature)?.Endpoint;

    private async Task RunWithSessionAsync(HttpContext context)
    {
        var state = opener.Find(context);
        if (state.AwaitsRecord)
        {
            try
            {
                state.Open(await opener.LoadAsync(state, CancellationToken.None));
            }
            catch (SessionUnavailableException e)
            {
                opener.TakeFailure(state, e);
            }
        }

        context.Features[typeof(ISessionFeature)] = state;
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
            context.Features[typeof(ISessionFeature)] = null;
        }
    }

    private async Task RunWithoutSessionAsync(HttpContext context)
    {
        context.Features[typeof(ISessionFeature)] = NoSessionFeature.Instance;
        try
        {
            await next(context);
        }
        finally
        {
            context.Features[typeof(ISessionFeature)] = null;
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
