using RespClient.Commands;
using RespClient.Protocol;

namespace RespClient.Tests.Commands;

public sealed class LuaScriptTests
{
    private readonly CommandLog _log = new();

    [Fact]
    public async Task ChangingAnArrayAfterTheCallDoesNotChangeWhatIsSent()
    {
        RedisArgument[] keys = ["key"];
        RedisArgument[] arguments = ["first", "second"];
        var running = new LuaScript("return 1").ExecuteAsync(_log, keys, arguments, TestContext.Current.CancellationToken);
        keys[0] = "other";
        arguments[1] = "other";
        _log.Answer();
        await running;
        Assert.Equal(["EVALSHA", "e0e1f9fabfc9d4800c877a703b823ac0578ff8db", "1", "key", "first", "second"], _log.Words(0));
    }

    [Fact]
    public async Task AForgottenScriptIsSentWholeInACommandOfItsOwn()
    {
        var running = new LuaScript("return 1").ExecuteAsync(_log, ["key"], [2], TestContext.Current.CancellationToken);
        _log.Answer("NOSCRIPT No matching script. Please use EVAL.");
        _log.Answer();
        await running;
        Assert.Equal("EVALSHA", _log.Words(0)[0]);
        Assert.Equal("e0e1f9fabfc9d4800c877a703b823ac0578ff8db", _log.Words(0)[1]);
        Assert.Equal(["EVAL", "return 1", "1", "key", "2"], _log.Words(1));
    }

    [Fact]
    public async Task TheArgumentsOfAScriptAreCopiedOnceAndNoMore()
    {
        const int Runs = 1000;
        var script = new LuaScript("return 1");
        var client = new Answering();
        var arguments = Enumerable.Range(0, 40).Select(i => (RedisArgument)i).ToArray();
        await RunAsync();
        var before = GC.GetAllocatedBytesForCurrentThread();
        await RunAsync();
        var perRun = (GC.GetAllocatedBytesForCurrentThread() - before) / Runs;

        // One array of sha, count, key and arguments, of two words each.
        Assert.InRange(perRun, 1, (2 + 1 + arguments.Length) * 16 + 64);

        async Task RunAsync()
        {
            for (var run = 0; run < Runs; run++)
            {
                await script.ExecuteAsync(client, ["key"], arguments);
            }
        }
    }

    /// <summary>Keeps what it was asked and answers when told to.</summary>
    private sealed class CommandLog : IRedisClient
    {
        private readonly List<(RedisCommand Command, TaskCompletionSource<RespValue> Reply)> _asked = [];

        public ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default)
        {
            _asked.Add((command, new TaskCompletionSource<RespValue>()));
            return new(_asked[^1].Reply.Task);
        }

        public string[] Words(int index)
        {
            var (command, _) = _asked[index];
            return [command.Name, .. command.Arguments.ToArray().Select(argument => System.Text.Encoding.UTF8.GetString(argument.ToArray()))];
        }

        public void Answer(string? error = null)
        {
            if (error is null)
            {
                _asked[^1].Reply.SetResult(RespValue.FromInt64(1));
            }
            else
            {
                _asked[^1].Reply.SetException(new RedisServerException(error));
            }
        }
    }

    private sealed class Answering : IRedisClient
    {
        public ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default) => new(RespValue.FromInt64(1));
    }
}
