using System.Diagnostics.Metrics;

using RespClient.Diagnostics;

namespace RespClient.Tracking;

/// <summary>The numbers of one client-side cache, under the meter <c>RespClient</c>: counted anyway, read when somebody listens.</summary>
internal sealed class CacheMetrics : IDisposable
{
    private readonly Meter _meter = new(ClientMetrics.Name);

    public CacheMetrics(Func<TrackedCacheStatistics> look)
    {
        Count("hits", "{record}", "Records served from memory.", () => look().Hits);
        Count("misses", "{record}", "Records that had to be read.", () => look().Misses);
        Count("reads", "{command}", "Read commands sent; fewer than misses where misses were joined.", () => look().Reads);
        Count("invalidations", "{record}", "Keys that the server said have changed.", () => look().Invalidations);
        Count("evictions", "{record}", "Records dropped because of the bound in bytes.", () => look().Evictions);
        Count("drops", "{event}", "Times that everything was dropped: a lost connection, FLUSHALL.", () => look().Drops);
        _meter.CreateObservableUpDownCounter("respclient.cache.records", () => (long)look().Records, "{record}", "Records kept now.");
        _meter.CreateObservableUpDownCounter("respclient.cache.bytes", () => look().Bytes, "By", "What the kept records take.");
    }

    public void Dispose() => _meter.Dispose();

    private void Count(string name, string unit, string description, Func<long> observe) =>
        _meter.CreateObservableCounter("respclient.cache." + name, observe, unit, description);
}
