using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

using RedisSessions.Records;
using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Coherence;

/// <summary>What a request found and left.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Found">The record it began with; <see langword="null"/>: none.</param>
/// <param name="Left">The record after its commit; <see langword="null"/>: none.</param>
/// <param name="Cookie">The id it was given; <see langword="null"/>: none, it keeps its own.</param>
internal readonly record struct Visit(int Status, SessionRecord? Found, SessionRecord? Left, string? Cookie);

/// <summary>An application whose requests go straight into the middleware, which leaves the time to make a million of them.</summary>
internal sealed class Instance
{
    private readonly SessionApp _app;
    private readonly RequestDelegate _pipeline;
    private long _heard;

    public Instance(SessionApp app, int number)
    {
        _app = app;
        Number = number;
        var pipeline = new ApplicationBuilder(app.Services).UseRedisSessions();
        pipeline.Run(static context => ((Request)context.Items[nameof(Request)]!).HandleAsync(context));
        _pipeline = pipeline.Build();
    }

    public int Number { get; }

    public SessionApp App => _app;

    /// <summary>As <see cref="Operation.Heard"/>.</summary>
    public long Heard => Volatile.Read(ref _heard);

    /// <summary>A command that was sent after this point has been answered.</summary>
    public void HasHeard(long began)
    {
        for (var heard = Heard; heard < began && Interlocked.CompareExchange(ref _heard, began, heard) != heard; heard = Heard)
        {
        }
    }

    public async Task<Visit> VisitAsync(string? cookie, Func<RedisSession, Task>? act = null)
    {
        var context = new DefaultHttpContext { RequestServices = _app.Services };
        var request = new Request(act);
        context.Items[nameof(Request)] = request;
        if (cookie is not null)
        {
            context.Request.Headers.Cookie = "ssw=" + cookie;
        }

        await _pipeline(context);
        return new Visit(context.Response.StatusCode, request.Found, request.Session?.State.Record, NewCookie(context));
    }

    private static string? NewCookie(HttpContext context) =>
        context.Response.Headers.SetCookie.ToString() is { Length: > 0 } line && line.StartsWith("ssw=", StringComparison.Ordinal)
            && line[4..].Split(';')[0] is { Length: > 0 } value ? value : null;

    private sealed class Request(Func<RedisSession, Task>? act)
    {
        public SessionRecord? Found { get; private set; }

        public RedisSession? Session { get; private set; }

        public async Task HandleAsync(HttpContext context)
        {
            Session = context.RedisSession();
            _ = Session.IsNew; // throws where Redis does not answer
            Found = Session.State.Record;
            if (act is not null)
            {
                await act(Session);
            }
        }
    }
}
