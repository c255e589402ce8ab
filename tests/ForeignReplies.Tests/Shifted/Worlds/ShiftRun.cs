using System.Diagnostics;

using ForeignReplies.Tests.Results;
using ForeignReplies.Tests.Shifted.Proxy;

using TestServers;

namespace ForeignReplies.Tests.Shifted.Worlds;

/// <summary>A real Redis, a proxy in front of it that shifts replies, and what callers say of their answers.</summary>
internal sealed class ShiftRun : IAsyncDisposable
{
    private static readonly int OfEachKind = Seed.IsLongRun ? 500 : 20;

    // A bound against standing still; a slow machine needs a part of it.
    private static readonly TimeSpan LongestRun = Seed.IsLongRun ? TimeSpan.FromMinutes(30) : TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private ShiftRun(RedisServer server)
    {
        Server = server;
        Proxy = ReplyShifter.Start(server.Port, Seed.Value);
    }

    public RedisServer Server { get; }

    public ReplyShifter Proxy { get; }

    public Tally Tally { get; } = new();

    public static async Task<ShiftRun> StartAsync() => new(await RedisServer.StartAsync());

    /// <summary>Lets callers call, each one thing after the other, until enough replies of each kind were shifted.</summary>
    /// <param name="callers">How many call at the same time.</param>
    /// <param name="oneIn">One reply in so many is shifted.</param>
    /// <param name="call">One call of a caller, which puts its answer into the tally.</param>
    public async Task UnderShiftsAsync(int callers, int oneIn, Func<int, Random, Task> call)
    {
        var started = Stopwatch.GetTimestamp();
        bool GoesOn() => Proxy.Plan.Fewest < OfEachKind && Stopwatch.GetElapsedTime(started) < LongestRun;

        async Task CallAsync(int caller)
        {
            var random = Seed.Of(caller);
            while (GoesOn())
            {
                await call(caller, random);
            }
        }

        Proxy.Plan.Begin(oneIn);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(caller))));
        Proxy.Plan.End();
    }

    /// <summary>Asks each until its answer is right: after the last shift all must be well again, without a restart.</summary>
    public async Task UntilAllAsync<T>(IEnumerable<T> all, Func<T, ValueTask<bool>> isWell, string what)
    {
        var unwell = all.ToList();
        try
        {
            await Eventually.TrueWithinAsync(Patience, async () =>
            {
                foreach (var one in unwell.ToArray())
                {
                    if (await isWell(one))
                    {
                        unwell.Remove(one);
                    }
                }

                return unwell.Count == 0;
            });
        }
        catch (TimeoutException)
        {
            Tally.Add(Verdict.Broken, $"{unwell.Count} times not within {Patience.TotalSeconds} s: {what}");
        }
    }

    /// <summary>Nobody got what is somebody else's, nobody was lied to, and the proxy did its work.</summary>
    public void Check(WarningLog? log = null)
    {
        var figures = $"seed {Seed.Value}; {Proxy.Plan}; {Proxy.Connections} connections; {Tally}{Environment.NewLine}{log}";
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        Assert.True(Proxy.Failure is null, $"{Proxy.Failure} {figures}");
        Assert.True(Proxy.Plan.Fewest >= OfEachKind, $"Too few shifts: {figures}");
        Assert.True(Tally.Bad == 0, figures);
        Assert.True(Tally[Verdict.Right] > Tally[Verdict.Refused], $"Too few right answers: {figures}");
    }

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await Server.DisposeAsync();
    }
}
