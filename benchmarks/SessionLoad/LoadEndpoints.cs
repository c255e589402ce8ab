using System.Globalization;
using System.Text.Json;

using RedisSessions;

namespace SessionLoad;

/// <summary>The paths a load generator asks for: all GET, all 200.</summary>
internal static class LoadEndpoints
{
    private static readonly string Filler = new('x', 100);

    public static void MapLoadEndpoints(this IEndpointRouteBuilder app, LoadOptions options)
    {
        app.MapGet("/plain", static context => context.AnswerAsync("ok"));
        app.MapGet("/rawget", RawGet.AnswerAsync);
        app.MapGet("/rawhash", RawGet.AnswerHashAsync);
        app.MapGet("/idle", static context => context.AnswerAsync("idle"));
        app.MapGet("/read", ReadAsync);
        app.MapGet("/write", WriteAsync);
        app.MapGet("/login", LogInAsync);
        app.MapGet("/set", SetAsync);
        app.MapGet("/dump", DumpAsync);
        app.MapGet("/slowread", SlowReadAsync);
        app.MapGet("/fill", FillAsync);
        app.MapGet("/memory", static context => context.AnswerAsync(GC.GetTotalMemory(forceFullCollection: true)));
        app.MapGet("/allocated", static context => context.AnswerAsync(GC.GetTotalAllocatedBytes()));
        app.MapGet("/logout", options.IsStock ? ClearAsync : DestroyAsync);
        app.MapGet("/renew", options.IsStock ? SayIdAsync : RenewAsync);
    }

    // Ours is loaded before the handler runs; the framework's own loads at the first touch, and blocks unless asked before.
    private static ValueTask<ISession> LoadedAsync(HttpContext context) =>
        context.Session is RedisSession session ? new ValueTask<ISession>(session) : LoadStockAsync(context);

    private static async ValueTask<ISession> LoadStockAsync(HttpContext context)
    {
        await context.Session.LoadAsync(context.RequestAborted);
        return context.Session;
    }

    private static async Task ReadAsync(HttpContext context)
    {
        var session = await LoadedAsync(context);
        await context.AnswerAsync(session.GetString("name") ?? "none");
    }

    private static async Task WriteAsync(HttpContext context)
    {
        var session = await LoadedAsync(context);
        var n = (session.GetInt32("n") ?? 0) + 1;
        session.SetInt32("n", n);
        await context.AnswerAsync(n);
    }

    private static async Task LogInAsync(HttpContext context)
    {
        var session = await LoadedAsync(context);
        session.SetString("name", "alice");
        for (var i = 1; i <= 5; i++)
        {
            session.SetString("field" + i.ToString(CultureInfo.InvariantCulture), Filler);
        }

        await context.AnswerAsync("alice");
    }

    // For the growth script: a session of so many keys and so many bytes in all.
    private static async Task FillAsync(HttpContext context)
    {
        var session = await LoadedAsync(context);
        var keys = int.Parse(context.Request.Query["keys"].ToString(), CultureInfo.InvariantCulture);
        var bytes = int.Parse(context.Request.Query["bytes"].ToString(), CultureInfo.InvariantCulture);
        session.SetString("name", "alice");
        for (var i = 1; i < keys; i++)
        {
            session.SetString("field" + i.ToString(CultureInfo.InvariantCulture), new string('x', bytes / keys));
        }

        session.SetString("last", new string('x', bytes / keys));
        await context.AnswerAsync("filled");
    }

    private static async Task SetAsync(HttpContext context)
    {
        var session = await LoadedAsync(context);
        await WaitAsync(context);
        session.SetString(context.Request.Query["k"].ToString(), context.Request.Query["v"].ToString());
        await context.AnswerAsync("set");
    }

    private static async Task DumpAsync(HttpContext context)
    {
        var session = await LoadedAsync(context);
        await context.AnswerAsync(JsonSerializer.Serialize(session.Keys.Order(StringComparer.Ordinal)));
    }

    private static async Task SlowReadAsync(HttpContext context)
    {
        var session = await LoadedAsync(context);
        var name = session.GetString("name") ?? "none";
        await WaitAsync(context);
        await context.AnswerAsync(name);
    }

    private static async Task ClearAsync(HttpContext context)
    {
        (await LoadedAsync(context)).Clear();
        await context.AnswerAsync("bye");
    }

    private static Task DestroyAsync(HttpContext context)
    {
        context.RedisSession().Destroy();
        return context.AnswerAsync("bye");
    }

    private static async Task SayIdAsync(HttpContext context) =>
        await context.AnswerAsync((await LoadedAsync(context)).Id);

    private static async Task RenewAsync(HttpContext context)
    {
        var session = context.RedisSession();
        await session.RenewIdAsync(context.RequestAborted);
        await context.AnswerAsync(session.Id);
    }

    private static Task WaitAsync(HttpContext context) =>
        Task.Delay(int.TryParse(context.Request.Query["wait"], out var wait) ? wait : 50, context.RequestAborted);
}
