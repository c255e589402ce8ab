using System.Diagnostics;
using System.Globalization;

using TestServers;

namespace RespClient.Tests.Faults.Callers;

/// <summary>Callers that give up at once, in great numbers, beside others that wait.</summary>
public sealed class CancellationTests
{
    private static readonly TimeSpan Duration =
        TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 600 : 5);

    [Theory]
    [InlineData(3)]
    [InlineData(30)]
    public async Task Among_callers_who_cancel_at_once_every_reply_is_its_own_callers(int percentCancelled)
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var started = Stopwatch.GetTimestamp();
        var (right, cancelled) = (0L, 0L);
        string? foreign = null;
        async Task AskAsync(int caller)
        {
            var random = new Random((percentCancelled * 1000) + caller);
            for (var number = 0; foreign is null && Stopwatch.GetElapsedTime(started) < Duration; number++)
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"{caller}-{number}-{new string('x', random.Next(100))}");
                using var cancel = new CancellationTokenSource();
                var reply = client.ExecuteAsync(new RedisCommand("ECHO", text), cancel.Token);
                if (random.Next(100) < percentCancelled)
                {
                    cancel.Cancel();
                }

                try
                {
                    var got = (await reply).AsString();
                    foreign = got == text ? foreign : $"caller {caller} asked for '{text}' and got '{got}'";
                    Interlocked.Increment(ref right);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref cancelled);
                }
                catch (RedisException e)
                {
                    // Nothing happens to this connection: whatever breaks it is the client's own fault.
                    foreign = e.Message;
                }
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 400).Select(caller => Task.Run(() => AskAsync(caller))));
        Assert.Null(foreign);
        Assert.InRange(right, 1_000, long.MaxValue);
        Assert.InRange(cancelled, 1, long.MaxValue);
        TestContext.Current.SendDiagnosticMessage($"{right} right, {cancelled} cancelled, 0 foreign");
    }
}
