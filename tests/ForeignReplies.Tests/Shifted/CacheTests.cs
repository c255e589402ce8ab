using System.Text;

using ForeignReplies.Tests.Results;
using ForeignReplies.Tests.Shifted.Worlds;

using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Options;

using RedisSessions.Caching;

using RespClient;

namespace ForeignReplies.Tests.Shifted;

/// <summary>The distributed cache whose replies are shifted.</summary>
public sealed class CacheTests
{
    private const int Callers = 40;

    [Fact]
    public async Task With_shifted_replies_no_entry_of_the_cache_is_given_for_another_key_and_none_is_missing()
    {
        await using var run = await ShiftRun.StartAsync();
        await using var client = await RedisClient.ConnectAsync(run.Proxy.ConnectionString);
        await using var direct = await RedisClient.ConnectAsync(run.Server.ConnectionString);
        var entries = Enumerable.Range(0, Callers).Select(number => new Entry($"key-{number}", CacheOver(client), CacheOver(direct), run.Tally)).ToArray();

        await run.UnderShiftsAsync(Callers, oneIn: 100, (caller, random) => entries[caller].NextAsync(random));
        await run.UntilAllAsync(entries, entry => entry.IsWellAsync(), "an entry is read after the last shift");
        foreach (var entry in entries)
        {
            await entry.CheckAsync();
        }

        run.Check();
    }

    private static RedisSessionCache CacheOver(RedisClient client) => new(client, Options.Create(new RedisSessionCacheOptions()));

    /// <summary>An entry with one owner, who knows what it may hold: what was kept last, or a change whose outcome was not told.</summary>
    private sealed class Entry(string key, RedisSessionCache cache, RedisSessionCache direct, Tally tally)
    {
        private const string Absent = "absent";
        private static readonly DistributedCacheEntryOptions ForAnHour = new() { SlidingExpiration = TimeSpan.FromHours(1) };

        private readonly HashSet<string> _doubtful = [];
        private string _kept = Absent;
        private int _number;

        public Task NextAsync(Random random) => random.Next(100) switch
        {
            < 50 => AnswersAsync(ReadAsync),
            < 85 => ChangesAsync($"{key}={++_number}"),
            < 90 => ChangesAsync(Absent),
            _ => AnswersAsync(() => cache.RefreshAsync(key)),
        };

        public async ValueTask<bool> IsWellAsync() => await AnswersAsync(ReadAsync);

        public async Task CheckAsync()
        {
            var stored = TextOf(await direct.GetAsync(key));
            tally.Add(IsMine(stored) ? Verdict.Right : Verdict.Lost, $"{key}: '{_kept}' was kept, and Redis has '{stored}'");
        }

        private async Task ReadAsync()
        {
            var got = TextOf(await cache.GetAsync(key));
            tally.Add(
                IsMine(got) ? Verdict.Right : got == Absent ? Verdict.Missing : got.StartsWith(key + "=", StringComparison.Ordinal) ? Verdict.Lost : Verdict.Foreign,
                $"{key}: '{got}', after '{_kept}' was kept");
        }

        private async Task ChangesAsync(string value)
        {
            if (await AnswersAsync(() => value == Absent ? cache.RemoveAsync(key) : cache.SetAsync(key, Encoding.UTF8.GetBytes(value), ForAnHour)))
            {
                _kept = value;
                tally.Add(Verdict.Right);
            }
            else
            {
                _doubtful.Add(value);
            }
        }

        private async Task<bool> AnswersAsync(Func<Task> ask)
        {
            try
            {
                await ask();
                return true;
            }
            catch (RedisException)
            {
                tally.Add(Verdict.Refused);
            }
            catch (Exception e) when (e is InvalidCastException or InvalidOperationException or FormatException or IndexOutOfRangeException)
            {
                tally.Add(Verdict.Broken, $"{key}: {e}");
            }

            return false;
        }

        private bool IsMine(string text) => text == _kept || _doubtful.Contains(text);

        private static string TextOf(byte[]? bytes) => bytes is null ? Absent : Encoding.UTF8.GetString(bytes);
    }
}
