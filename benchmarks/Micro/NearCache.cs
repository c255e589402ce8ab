using System.Diagnostics;
using System.Text;

using BenchmarkDotNet.Attributes;

using RespClient;
using RespClient.Protocol;
using RespClient.Tracking;

namespace Micro;

/// <summary>A look into the near cache, with a Redis of its own behind it that keeps the cache alive.</summary>
public class NearCache
{
    private readonly string _socket = Path.Combine(Path.GetTempPath(), $"micro-{Guid.NewGuid():N}.sock");
    private readonly string[] _keys = [.. Enumerable.Range(0, 10_000).Select(i => $"SESSION:{i:D43}")];
    private Process _server = null!;
    private RespClient.RedisClient _client = null!;
    private TrackedCache<string, string> _cache = null!;
    private int _at;

    // The in-process toolchain does not wait for a setup that is asynchronous.
    [GlobalSetup]
    public void Start() => StartAsync().GetAwaiter().GetResult();

    [GlobalCleanup]
    public void Stop() => StopAsync().GetAwaiter().GetResult();

    private async Task StartAsync()
    {
        _server = Process.Start(new ProcessStartInfo("redis-server", ["--port", "0", "--unixsocket", _socket, "--save", ""])
        {
            RedirectStandardOutput = true,
        })!;
        while (!File.Exists(_socket))
        {
            await Task.Delay(10);
        }

        _client = await RespClient.RedisClient.ConnectAsync("unix://" + _socket);
        _cache = new TrackedCache<string, string>(_client, new Records());
        foreach (var key in _keys)
        {
            await _client.ExecuteAsync(new RedisCommand("SET", key, "x"));
            await _cache.GetAsync(key, CancellationToken.None);
        }
    }

    private async Task StopAsync()
    {
        await _cache.DisposeAsync();
        await _client.DisposeAsync();
        _server.Kill();
        await _server.WaitForExitAsync();
    }

    [Benchmark(Description = "hit, the same key")]
    public bool Same() => _cache.TryGet(_keys[0], out _);

    [Benchmark(Description = "hit, 10,000 keys in turn")]
    public bool Many() => _cache.TryGet(_keys[_at = (_at + 7919) % _keys.Length], out _);

    [Benchmark(Description = "a key that is not there")]
    public bool Miss() => _cache.TryGet("SESSION:none", out _);

    private sealed class Records : ITrackedRecords<string, string>
    {
        public RedisCommand Read(string key) => new("GET", key);

        public bool TryParseKey(ReadOnlySpan<byte> redisKey, out string key)
        {
            key = Encoding.UTF8.GetString(redisKey);
            return true;
        }

        public TrackedItem<string> Parse(string key, in RespValue reply) =>
            TrackedItem.Keep(reply.AsString()!, 100, expiresAt: null);
    }
}
