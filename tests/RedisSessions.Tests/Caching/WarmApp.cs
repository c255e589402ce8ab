using System.Diagnostics;
using System.Net;

using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Caching;

/// <summary>Applications with a near cache, for tests that count commands and time.</summary>
internal static class WarmApp
{
    /// <summary>Starts one that has sent each script once: Redis knows them all.</summary>
    public static async Task<SessionApp> StartAsync(SessionAppSetup setup)
    {
        var app = await SessionApp.StartAsync(setup);
        using var browser = app.NewBrowser();
        foreach (var path in (string[])["/set?k=a&v=1", "/set?k=a&v=2", "/sign-in?user=warm", "/sign-out"])
        {
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(path)).Status);
        }

        return app;
    }

    /// <summary>A path answers what is expected, or does so within the bound of the near cache.</summary>
    /// <remarks>
    /// The push of the server is under way at the same time as the answer to the writer: a read that begins within the bound may
    /// overtake it, none that begins after the bound may.
    /// </remarks>
    public static async Task AssertWithinTheBoundAsync(string expected, Browser browser, string path)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var isWithinTheBound = Stopwatch.GetElapsedTime(started) <= TimeSpan.FromSeconds(1);
            var body = (await browser.GetAsync(path)).Body;
            if (body == expected || !isWithinTheBound)
            {
                Assert.Equal(expected, body);
                return;
            }
        }
    }
}
