using System.Globalization;

using RespClient.Tracking;

using TestServers;

namespace RespClient.Tests.Tracking.Coherence;

/// <summary>Whoever has written sees his write, or a later one, in every read that begins after it.</summary>
public sealed class ReadYourWritesTests(ITestOutputHelper output)
{
    private const int Writers = 64;

    private static readonly int Writes = Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 1_000_000 : 100_000;

    /// <summary>A hundred thousand times; a million with <c>LONG_RUN=1</c>. Four writers share each record.</summary>
    [Fact]
    public async Task Every_writer_sees_his_own_write_at_once_whoever_else_writes()
    {
        var notes = new Notes();
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await TrackedCacheTests.KeepsWritesAsync(new TrackedCache<string, Note>(client, notes, Notes.KeepingWrites()));
        var missed = 0;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var key = (writer / 4).ToString(CultureInfo.InvariantCulture);
            for (var number = 0; number < Writes / Writers; number++)
            {
                var version = await notes.WriteAsync(cache, key, "text");
                var read = await cache.GetAsync(key);
                if (read is null || read.Version < version)
                {
                    Interlocked.Increment(ref missed);
                }
            }
        })));
        output.WriteLine($"{Writes} writes: {cache.GetStatistics()}");
        Assert.Equal(0, missed);
    }

    [Fact]
    public async Task Writer_alone_on_his_record_reads_it_back_without_another_command()
    {
        var notes = new Notes();
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await TrackedCacheTests.KeepsWritesAsync(new TrackedCache<string, Note>(client, notes, Notes.KeepingWrites()));
        for (var number = 1; number <= 1000; number++)
        {
            Assert.Equal(number, await notes.WriteAsync(cache, "a", "text"));
            Assert.Equal(number, (await cache.GetAsync("a"))!.Version);
        }

        Assert.Equal(0, cache.GetStatistics().Reads);
    }
}
