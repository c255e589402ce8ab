using System.Diagnostics.Metrics;
using System.Text;

using Microsoft.Extensions.Logging;

using RedisSessions.Tests.Diagnostics;
using RedisSessions.Tests.Hosting;

using TestServers;
using TestServers.Proxy;

namespace RedisSessions.Tests.Marks;

/// <summary>An application that reaches its Redis through a proxy, which can put other replies in the place of the right ones.</summary>
internal sealed class MarkedApp : IAsyncDisposable
{
    private int _lies;

    private MarkedApp(FaultProxy proxy, SessionApp app)
    {
        Proxy = proxy;
        App = app;
        Counters = new Counters(app.Get<IMeterFactory>());
    }

    public FaultProxy Proxy { get; }

    public SessionApp App { get; }

    public Counters Counters { get; }

    /// <summary>How many replies were replaced.</summary>
    public int Lies => Volatile.Read(ref _lies);

    public int Alarms => App.Log.OfSessions.Count(line => line.Level == LogLevel.Critical);

    public static async Task<MarkedApp> StartAsync(RedisServer redis, int nearCacheBytes)
    {
        var proxy = FaultProxy.Start(redis.Port);
        return new MarkedApp(proxy, await SessionApp.StartAsync(proxy.ConnectionString, o => o.NearCacheBytes = nearCacheBytes));
    }

    /// <summary>A browser whose session holds its name.</summary>
    public async Task<Browser> VisitAsync(string name)
    {
        var browser = App.NewBrowser();
        await browser.GetAsync("/set?k=who&v=" + name);
        return browser;
    }

    /// <summary>From now on so many replies of Redis are others: those that <paramref name="lie"/> returns for right ones.</summary>
    public void Lie(int times, Func<byte[], byte[]?> lie) => Proxy.Falsify = reply =>
    {
        if (Lies >= times || lie(reply) is not { } other)
        {
            return reply;
        }

        Interlocked.Increment(ref _lies);
        return other;
    };

    /// <summary>The record of the first one, as if the second one's had come.</summary>
    public static Func<byte[], byte[]?> RecordOfAnother(Browser asked, string name, Browser other, string otherName) => reply =>
    {
        var text = Encoding.Latin1.GetString(reply);
        return IsRecord(text) && text.Contains(EndOf(asked), StringComparison.Ordinal)
            ? Encoding.Latin1.GetBytes(text
                .Replace(EndOf(asked), EndOf(other), StringComparison.Ordinal).Replace(name, otherName, StringComparison.Ordinal))
            : null;
    };

    /// <summary>Another reply in the place of a record.</summary>
    public static Func<byte[], byte[]?> InsteadOfARecord(string reply) => right =>
        IsRecord(Encoding.Latin1.GetString(right)) ? Encoding.Latin1.GetBytes(reply) : null;

    /// <summary>The near cache forgets the session: somebody else has changed it.</summary>
    public static Task<string> TouchAsync(RedisServer redis, Browser browser) =>
        redis.CliAsync("HSET", SessionRedis.KeyOf(browser.Cookie!), "touched", Guid.NewGuid().ToString("N"));

    public async ValueTask DisposeAsync()
    {
        Counters.Dispose();
        await App.DisposeAsync();
        await Proxy.DisposeAsync();
    }

    private static bool IsRecord(string reply) => reply[0] is '%' or '*' && reply.Contains("@version", StringComparison.Ordinal);

    private static string EndOf(Browser browser) => SessionRedis.KeyOf(browser.Cookie!)[^11..];
}
