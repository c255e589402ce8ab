using System.Diagnostics;
using System.Globalization;

using RedisSessions.Tests.Caching;
using RedisSessions.Tests.Hosting;

using TestServers;

namespace RedisSessions.Tests.Inspector;

[Collection(nameof(AloneInTheProcess))]
public sealed class InspectorLoadTests
{
    private const int Sessions = 100_000;

    [Fact]
    public async Task Among_a_hundred_thousand_sessions_a_page_takes_under_200_ms_and_no_command_5_ms()
    {
        await using var redis = await RedisServer.StartAsync("--slowlog-log-slower-than", "5000", "--slowlog-max-len", "100");
        await using var inspector = await InspectorApp.StartAsync(redis);
        using var user = await inspector.SignInAsync("ann");
        await FillAsync(redis, SessionRedis.KeyOf(user.Cookie!));
        await redis.CliAsync("SLOWLOG", "RESET");
        await inspector.JsonAsync("/inspector?size=100");

        var times = new List<double>();
        var seen = new HashSet<string>();
        string? next = null;
        for (var page = 0; page < 30; page++)
        {
            var started = Stopwatch.GetTimestamp();
            var answer = await inspector.JsonAsync("/inspector?size=100" + (next is null ? "" : "&cursor=" + next));
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            seen.UnionWith(answer["sessions"]!.AsArray().Select(session => (string)session!["id"]!));
            next = (string?)answer["next"];
        }

        Assert.True(seen.Count > 2_000, $"{seen.Count} sessions seen");
        Assert.InRange(times.Order().ElementAt(times.Count / 2), 0, 200);
        Assert.Equal("", await redis.CliAsync("SLOWLOG", "GET"));
    }

    // Copies of one real record under ids of the right form.
    private static async Task FillAsync(RedisServer redis, string template)
    {
        const int Step = 5_000;
        for (var from = 0; from < Sessions; from += Step)
        {
            await redis.CliAsync(
                "EVAL",
                """
                local dump = redis.call('DUMP', KEYS[1])
                for i = tonumber(ARGV[1]), ARGV[1] + ARGV[2] - 1 do
                    local key = 'SESSION:' .. string.format('%042d', i) .. 'A'
                    redis.call('RESTORE', key, 600000, dump)
                    redis.call('HDEL', key, '@mark') -- it names the record that was copied
                end
                """,
                "1", template, from.ToString(CultureInfo.InvariantCulture), Step.ToString(CultureInfo.InvariantCulture));
        }

        Assert.True(long.Parse(await redis.CliAsync("DBSIZE"), CultureInfo.InvariantCulture) > Sessions);
    }
}
