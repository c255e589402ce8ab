using System.Globalization;

using TestServers.Scripted;

namespace RespClient.Tests.Reading;

/// <summary>
/// What a caller asks is sent by a caller or by the reader, at once. The clock of the client sends only what is left
/// because a caller blocks its thread. Here the clock never ticks, so that whatever was left to it stays unsent.
/// </summary>
public sealed class StoppedClockTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task No_command_waits_for_the_clock_whatever_else_the_server_sends(int callers)
    {
        const int CommandsEach = 400;
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                await connection.SendAsync($"+{command[0]}\r\n");
                if (command.Name == "SET")
                {
                    // Comes alone: a look at the socket that lets no caller go on.
                    await connection.SendAsync(">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n");
                }
            }
        });
        var options = new RedisClientOptions { ConnectionString = server.ConnectionString, TimeProvider = new StoppedClock() };
        await using var client = await RedisClient.ConnectAsync(options);
        async Task AskAsync(int caller)
        {
            var random = new Random(caller);
            for (var number = 0; number < CommandsEach; number++)
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"{caller}-{number}");
                switch (random.Next(4))
                {
                    case 0:
                        client.Probe();
                        break;
                    case 1:
                        using (var cancel = new CancellationTokenSource())
                        {
                            Task given = client.ExecuteAsync(new RedisCommand("GET", "given up"), cancel.Token).AsTask();
                            await cancel.CancelAsync();
                            await given.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                        }

                        break;
                }

                var reply = client.ExecuteAsync(new RedisCommand(random.Next(2) == 0 ? "GET" : "SET", text, "")).AsTask();
                Assert.Equal(text, (await reply.WaitAsync(Patience)).AsString());
            }
        }

        await Task.WhenAll(Enumerable.Range(1, callers).Select(AskAsync));
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new NoTimer();

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
