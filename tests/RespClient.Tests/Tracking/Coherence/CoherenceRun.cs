using System.Globalization;

using RespClient.Tracking;

using TestServers;

namespace RespClient.Tests.Tracking.Coherence;

/// <summary>How old hits were, and what else was seen.</summary>
/// <param name="Hits">Records served from memory.</param>
/// <param name="Reads">Records read from the server.</param>
/// <param name="MaxAge">The oldest hit: from when the record had been replaced at the server to the hit.</param>
/// <param name="AgeAt999">The same, exceeded by one hit of a thousand.</param>
/// <param name="Backwards">Times that a reader saw an older version than before.</param>
internal sealed record CoherenceResult(int Hits, int Reads, TimeSpan MaxAge, TimeSpan AgeAt999, int Backwards)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Hits} hits, {Reads} reads, age of hits: max {MaxAge.TotalMilliseconds:0.00} ms, p99.9 {AgeAt999.TotalMilliseconds:0.00} ms");
}

/// <summary>
/// Readers over a cache while another process writes new versions with the server's time in them. The age of each hit
/// is known afterwards: the time of the next version is in the server's own log.
/// </summary>
internal sealed class CoherenceRun(RedisServer server, TrackedCache<string, Note> cache, TimeSpan duration)
{
    private const int Keys = 16;
    private const int Readers = 2;

    /// <summary>Hits of one version of one record within this time are one sample, taken at the last of them.</summary>
    private static readonly TimeSpan Grain = TimeSpan.FromMicroseconds(100);

    private const int WritesPerSecond = 500;

    private const string WriteScript = """
        local key = redis.call('INCR', 'turn') % 16
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        redis.call('HSET', 'note:' .. key, 'v', redis.call('RPUSH', 'log:' .. key, string.format('%.0f', now)), 't', 'text')
        """;

    public async Task<CoherenceResult> PlayAsync(Func<CancellationToken, Task> disturb)
    {
        using var running = new CancellationTokenSource();
        var writes = ((int)duration.TotalSeconds * WritesPerSecond).ToString(CultureInfo.InvariantCulture);
        await server.CliAsync("-r", "32", "EVAL", WriteScript, "0");
        var writer = server.CliAsync("-r", writes, "-i", "0.001", "EVAL", WriteScript, "0");
        var disturbing = Task.Run(() => disturb(running.Token));
        var reading = Enumerable.Range(0, Readers).Select(_ => Task.Run(() => ReadAsync(running.Token))).ToArray();
        await Task.WhenAny(writer, Task.Delay(duration));
        await running.CancelAsync();
        await disturbing;
        var samples = await Task.WhenAll(reading);
        await writer;
        return await JudgeAsync(samples);
    }

    private async Task<List<Sample>> ReadAsync(CancellationToken running)
    {
        var samples = new List<Sample>();
        var last = new int[Keys];
        while (!running.IsCancellationRequested)
        {
            for (var key = 0; key < Keys; key++)
            {
                var name = key.ToString(CultureInfo.InvariantCulture);
                var at = TimeProvider.System.GetUtcNow();
                if (cache.TryGet(name, out var note))
                {
                    Add(samples, last, new Sample(key, note.Version, at, at, Hits: 1));
                }
                else if (await TryReadAsync(name) is { } read)
                {
                    Add(samples, last, new Sample(key, read.Version, at, at, Hits: 0));
                }
            }

            await Task.Yield();
        }

        return samples;
    }

    private async Task<Note?> TryReadAsync(string name)
    {
        try
        {
            return await cache.GetAsync(name);
        }
        catch (RedisException)
        {
            // The disturbance; readers try again.
            await Task.Delay(1);
            return null;
        }
    }

    private static void Add(List<Sample> samples, int[] last, Sample sample)
    {
        var index = last[sample.Key];
        if (index < samples.Count
            && samples[index] is { Hits: > 0 } before
            && before.Key == sample.Key
            && sample.Hits > 0
            && before.Version == sample.Version
            && sample.At - before.Since < Grain)
        {
            samples[index] = before with { At = sample.At, Hits = before.Hits + 1 };
            return;
        }

        last[sample.Key] = samples.Count;
        samples.Add(sample);
    }

    private async Task<CoherenceResult> JudgeAsync(List<Sample>[] readers)
    {
        var writtenAt = new List<long>[Keys];
        for (var key = 0; key < Keys; key++)
        {
            var log = await server.CliAsync("LRANGE", $"log:{key}", "0", "-1");
            writtenAt[key] = [.. log.Split('\n').Select(line => long.Parse(line, CultureInfo.InvariantCulture))];
        }

        var ages = new List<(long Age, int Hits)>();
        var backwards = 0;
        var reads = 0;
        foreach (var samples in readers)
        {
            var seen = new long[Keys];
            foreach (var sample in samples)
            {
                backwards += sample.Version < seen[sample.Key] ? 1 : 0;
                seen[sample.Key] = sample.Version;
                reads += sample.Hits == 0 ? 1 : 0;
                if (sample.Hits > 0)
                {
                    ages.Add((Age(sample, writtenAt[sample.Key]), sample.Hits));
                }
            }
        }

        return new CoherenceResult(
            ages.Sum(age => age.Hits),
            reads,
            TimeSpan.FromMicroseconds(ages.Count == 0 ? 0 : ages.Max(age => age.Age)),
            TimeSpan.FromMicroseconds(Percentile(ages, 0.999)),
            backwards);
    }

    private static long Percentile(List<(long Age, int Hits)> ages, double part)
    {
        ages.Sort();
        var left = (long)(ages.Sum(age => (long)age.Hits) * part);
        foreach (var (age, hits) in ages)
        {
            left -= hits;
            if (left < 0)
            {
                return age;
            }
        }

        return 0;
    }

    /// <summary>In microseconds; 0 where the record was still the newest. Version n is the n-th of the log.</summary>
    private static long Age(Sample sample, List<long> writtenAt)
    {
        if (sample.Version >= writtenAt.Count)
        {
            return 0;
        }

        var at = (sample.At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return Math.Max(0, at - writtenAt[(int)sample.Version]);
    }

    /// <param name="Hits">0: a read.</param>
    private readonly record struct Sample(int Key, long Version, DateTimeOffset Since, DateTimeOffset At, int Hits);
}
