using ForeignReplies.Tests.Shifted.Worlds;

namespace ForeignReplies.Tests.Shifted;

/// <summary>Sessions whose replies are shifted: everybody sees their own, or is told to come again.</summary>
public sealed class SessionTests
{
    private const int People = 40;

    [Fact]
    public Task With_shifted_replies_no_session_is_shown_to_another_browser_and_none_is_lost() => RunAsync(nearCacheBytes: 0, oneIn: 100);

    [Fact]
    public Task With_shifted_replies_the_near_cache_keeps_and_shows_no_session_of_another_browser() => RunAsync(nearCacheBytes: 1 << 20, oneIn: 70);

    private static async Task RunAsync(long nearCacheBytes, int oneIn)
    {
        await using var run = await ShiftRun.StartAsync();
        await using var app = await NamedApp.StartAsync(run.Proxy.ConnectionString, nearCacheBytes);
        await using var witness = await NamedApp.StartAsync(run.Server.ConnectionString);
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        var people = Enumerable.Range(0, People).Select(number => new Person($"p{number}", http, app, witness, run.Tally)).ToArray();

        await run.UnderShiftsAsync(People, oneIn, (caller, random) => people[caller].NextAsync(random));
        await run.UntilAllAsync(people, person => person.IsWellAsync(), "a request is answered after the last shift");
        foreach (var person in people)
        {
            await person.CheckAsync();
        }

        run.Check(app.Log);
    }
}
