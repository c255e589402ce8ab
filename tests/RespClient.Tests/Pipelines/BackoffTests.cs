using RespClient.Connections;

using TestServers.Scripted;

namespace RespClient.Tests.Pipelines;

public sealed class BackoffTests
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(1);

    [Fact]
    public void The_first_pause_is_short_and_no_pause_exceeds_the_limit()
    {
        Assert.InRange(Backoff.PauseAfter(1, Most, 1), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(10));
        Assert.All(Enumerable.Range(1, 2000), attempt => Assert.True(Backoff.PauseAfter(attempt, Most, 1) <= Most));
    }

    [Fact]
    public void Pauses_grow_by_a_quarter_from_ten_milliseconds_to_the_limit() => Assert.All(Enumerable.Range(1, 40), attempt => Assert.Equal(
        Math.Min(10 * Math.Pow(1.25, attempt - 1), 1000), Backoff.PauseAfter(attempt, Most, 1).TotalMilliseconds, 0.001));

    [Fact]
    public async Task A_server_that_greets_and_hangs_up_is_asked_less_and_less_often_until_it_has_served_somebody()
    {
        const int Rounds = 20;
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReceiveAsync() is { } command)
            {
                // One serves, until it is asked for a second thing.
                var isGood = connection.Number == Rounds + 1 || connection.Number > 2 * Rounds;
                if (command.Name == "GET" && connection.Number == Rounds + 1)
                {
                    return;
                }

                await connection.SendAsync(command.IsHousekeeping ? connection.HealthyAnswer(command) : "+OK\r\n");
                if (command.Name == "PING" && !isGood)
                {
                    return;
                }
            }
        });
        var clock = new PauseRecorder();
        await using var client = await RedisClient.ConnectAsync(
            new RedisClientOptions { ConnectionString = server.ConnectionString, MaxReconnectDelay = PauseRecorder.Longest, TimeProvider = clock });

        // Reads, which each of these connections is sent in vain.
        await client.ExecuteAsync(new RedisCommand("EXISTS", "k"));
        await client.ExecuteAsync(new RedisCommand("GET", "k"));

        var pauses = clock.Pauses.ToArray();
        Assert.Equal((2 * Rounds) - 1, pauses.Length);
        PauseRecorder.AssertGrowing(pauses[..Rounds]);
        PauseRecorder.AssertGrowing(pauses[Rounds..]);
    }

    [Fact]
    public void An_outage_is_never_longer_by_more_than_a_third_for_want_of_an_attempt()
    {
        var elapsed = TimeSpan.Zero;
        for (var attempt = 1; attempt < 20; attempt++)
        {
            var pause = Backoff.PauseAfter(attempt, Most, 0.5);
            if (attempt > 7)
            {
                Assert.True(pause <= elapsed / 3, $"attempt {attempt}: {pause} after {elapsed}");
            }

            elapsed += pause;
        }
    }

    [Fact]
    public void Pauses_of_many_clients_are_spread_over_half_of_their_length() =>
        Assert.Equal(Backoff.PauseAfter(30, Most, 1), 2 * Backoff.PauseAfter(30, Most, 0));
}
