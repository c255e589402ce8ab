using System.Globalization;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Caching;

/// <summary>What the sessions add to a request that finds its record in this process, or carries no id: objects, in bytes.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class RequestCostTests(RedisFixture redis, ITestOutputHelper output) : IClassFixture<RedisFixture>
{
    // The request's state and nothing else; on a touch its face; for a value read the caller's own copy.
    private const long State = 176;
    private const long Face = 24;
    private const long Copy = 32;

    private const int RequestsOfARound = 300;

    [Theory]
    [InlineData(false, "untouched", State)]
    [InlineData(false, "read", State + Face)]
    [InlineData(true, "untouched", State)]
    [InlineData(true, "read", State + Face + Copy)]
    public async Task A_request_without_a_commit_makes_the_objects_it_needs_and_no_more(bool hasSession, string handler, long bytes)
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o => o.NearCacheBytes = 16 * 1024 * 1024);
        var context = new DefaultHttpContext { RequestServices = app.Services };
        if (hasSession)
        {
            context.Request.Headers.Cookie = await NearSessionAsync(app);
        }

        var pipeline = new ApplicationBuilder(app.Services).UseRedisSessions();
        pipeline.Run(handler == "read" ? Read : static _ => Task.CompletedTask);
        var run = pipeline.Build();
        var least = Enumerable.Range(0, 200).Min(_ => BytesOf(run, context));

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{least} bytes"));
#if DEBUG
        // Without optimisation every asynchronous method is an object.
        Assert.InRange(least, bytes, bytes + 256);
#else
        Assert.InRange(least, 0, bytes);
#endif
    }

    /// <summary>All that this process allocates for a request that goes to Redis, the client and its reader loop included.</summary>
    [Theory]
    [InlineData("read, not kept here", 0, 2_400)]
    [InlineData("write, kept here", 16 * 1024 * 1024, 3_850)]
    [InlineData("write, not kept here", 0, 3_850)]
    public async Task A_request_that_goes_to_Redis_allocates_no_more_than_its_line(string what, int nearCacheBytes, long bytes)
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o => o.NearCacheBytes = nearCacheBytes);
        var cookie = await NearSessionAsync(app);
        var pipeline = new ApplicationBuilder(app.Services).UseRedisSessions();
        var number = 0;
        pipeline.Run(context =>
        {
            if (what.StartsWith("write", StringComparison.Ordinal))
            {
                context.Session.SetInt32("n", ++number);
            }

            return Read(context);
        });
        var run = pipeline.Build();

        // The least of some rounds: in the first ones pools fill and methods are compiled.
        var least = long.MaxValue;
        for (var round = 0; round < 15; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < RequestsOfARound; i++)
            {
                var context = new DefaultHttpContext { RequestServices = app.Services };
                context.Request.Headers.Cookie = cookie;
                await run(context);
            }

            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / RequestsOfARound);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {least} bytes"));
#if !DEBUG
        Assert.InRange(least, 0, bytes);
#endif
    }

    private static Task Read(HttpContext context)
    {
        context.Session.TryGetValue("a", out _);
        return Task.CompletedTask;
    }

    private static long BytesOf(RequestDelegate run, HttpContext context)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var running = run(context);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        // What waits for Redis was no hit.
        return running.IsCompletedSuccessfully ? bytes : long.MaxValue;
    }

    private static async Task<string> NearSessionAsync(SessionApp app)
    {
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        await browser.GetAsync("/get?k=a");
        return $"{browser.CookieName}={browser.Cookie}";
    }
}

/// <summary>
/// Tests that count what a request does run while nobody else listens to its metrics and traces; those that look for slow
/// commands, while no other test takes the processor from Redis.
/// </summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess;
