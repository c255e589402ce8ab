using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

using RespClient.Commands;
using RespClient.Protocol;
using RespClient.Tests.Tracking;
using RespClient.Tracking;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.Faults.Replies;

/// <summary>A server, or a proxy before it, that gives the run of a script what another has asked for.</summary>
public sealed class ForeignScriptReplyTests
{
    private static readonly LuaScript Script = new("return ARGV[1]");
    private static readonly LuaScript Repeatable = new("return ARGV[1]") { IsRepeatable = true };

    public static TheoryData<string> Faults => ["lost", "swapped", "repeated", "emptied", "another's type"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Nobody_is_handed_what_another_has_asked_for_and_the_connection_is_dropped(string fault)
    {
        var log = new RecordingLogger();
        await using var server = Server(fault, faultyConnections: 1);
        await using var client = await ConnectAsync(server, log);
        var runs = Enumerable.Range(0, 20).Select(number => RunAsync(Script, client, number)).ToArray();
        var answers = await Task.WhenAll(runs).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.DoesNotContain(answers, answer => answer.Number != answer.Reply && answer.Error is null);
        Assert.Contains(answers, answer => answer.Error is { Outcome: CommandOutcome.OutcomeUnknown } and RedisProtocolException);
        Assert.All(answers, answer => Assert.NotEqual(CommandOutcome.Refused, answer.Error?.Outcome));
        Assert.Equal(100, (await Script.ExecuteAsync(client, ["key"], [100])).AsInt64());
        Assert.Equal(2, server.Connections);
        Assert.Single(log.Lines, line => line.Contains("that to another command", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_script_that_may_run_twice_is_answered_over_the_next_connection(string fault)
    {
        await using var server = Server(fault, faultyConnections: 1);
        await using var client = await ConnectAsync(server);
        var runs = Enumerable.Range(0, 20).Select(number => RunAsync(Repeatable, client, number)).ToArray();
        Assert.All(await Task.WhenAll(runs).WaitAsync(TimeSpan.FromSeconds(20)), answer => Assert.Equal(answer.Number, answer.Reply));
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task The_same_again_is_an_error_and_there_is_no_third_time()
    {
        await using var server = Server("emptied", faultyConnections: int.MaxValue);
        await using var client = await ConnectAsync(server);
        var e = await Assert.ThrowsAsync<RedisProtocolException>(() => Repeatable.ExecuteAsync(client, ["key"], [1]).AsTask());
        Assert.Equal(CommandOutcome.OutcomeUnknown, e.Outcome);
        Assert.Equal(2, server.Asked.Count());
    }

    [Fact]
    public async Task Each_connection_that_gave_a_foreign_reply_is_counted_once()
    {
        var count = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "respclient.replies.foreign")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, measurement, _, _) => Interlocked.Add(ref count, measurement));
        listener.Start();
        await using var server = Server("repeated", faultyConnections: 1);
        await using var client = await ConnectAsync(server);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => RunAsync(Repeatable, client, number)));

        // Other tests may run beside this one.
        Assert.InRange(Interlocked.Read(ref count), 1, long.MaxValue);
    }

    [Fact]
    public async Task A_record_is_not_kept_from_a_foreign_reply_to_its_write_and_the_others_are_forgotten()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var proxy = TestServers.Proxy.FaultProxy.Start(redis.Port);
        await using var client = await RedisClient.ConnectAsync(proxy.ConnectionString);
        await using var cache = new TrackedCache<string, Note>(
            client, new Notes(), new TrackedCacheOptions { ProbeKey = "note:@probe" });
        await Eventually.TrueAsync(() => cache.KeepsWrites);
        var script = new LuaScript(Notes.WriteScript);
        var kept = new ConcurrentQueue<string>();
        TrackedItem<Note> Keep(RespValue reply, Note? before)
        {
            kept.Enqueue(reply.AsString()!);
            return TrackedItem.DoNotKeep<Note>();
        }

        Assert.Equal(1, (await script.ExecuteAsync(cache.Writer("a", Keep), ["note:a"], ["text"])).AsInt64());
        Assert.Equal(1, (await script.ExecuteAsync(client, ["note:b"], ["other"])).AsInt64());
        await cache.GetAsync("b");
        Assert.True(cache.TryGet("b", out _));
        Assert.Equal(["1"], kept);

        // The last digit of the number, in the reply to the second write.
        proxy.Falsify = bytes =>
        {
            var at = bytes.AsSpan().IndexOf(":2\r\n"u8);
            if (at > 0)
            {
                bytes[at - 1] ^= 1;
            }

            return bytes;
        };
        await Assert.ThrowsAsync<RedisProtocolException>(() => script.ExecuteAsync(cache.Writer("a", Keep), ["note:a"], ["new"]).AsTask());
        Assert.Equal(["1"], kept);
        Assert.False(cache.TryGet("b", out _));
    }

    private static Task<RedisClient> ConnectAsync(ScriptedServer server, RecordingLogger? log = null) =>
        RedisClient.ConnectAsync(new RedisClientOptions { ConnectionString = server.ConnectionString }, log);

    private static async Task<(int Number, long Reply, RedisException? Error)> RunAsync(LuaScript script, RedisClient client, int number)
    {
        try
        {
            return (number, (await script.ExecuteAsync(client, ["key"], [number])).AsInt64(), null);
        }
        catch (RedisException e)
        {
            return (number, -1, e);
        }
    }

    /// <summary>Answers runs of a script with their first argument; goes wrong with every fifth on the first connections.</summary>
    private static ScriptedServer Server(string fault, int faultyConnections) => ScriptedServer.Start(async connection =>
    {
        var last = "";
        var held = "";
        var count = 0;
        var form = 0;
        while (await connection.NextAsync() is { } command)
        {
            var text = command[command.Arguments.Count - 2];
            var answer = Tagged(command[command.Arguments.Count - 1], text, form++);
            var isWrong = connection.Number <= faultyConnections && (faultyConnections > 1 || ++count == 5);
            var sent = !isWrong ? held + answer : fault switch
            {
                "lost" => "",
                "swapped" => "",
                "repeated" => last,
                "emptied" => "*0\r\n",
                _ => "+OK\r\n",
            };

            // The one after it comes first.
            sent = held.Length > 0 ? answer + held : sent;
            held = isWrong && fault == "swapped" ? answer : "";
            last = answer;
            await connection.SendAsync(sent);
        }
    });

    private static string Tagged(string tag, string text, int form) => (form % 3) switch
    {
        0 => $"*2\r\n:{tag}\r\n:{text}\r\n",
        1 => $"${tag.Length + 1 + text.Length}\r\n{tag}:{text}\r\n",
        _ => $"${tag.Length + 1 + text.Length}\r\n{tag}${text}\r\n",
    };
}
