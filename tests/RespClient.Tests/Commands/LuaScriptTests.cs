using System.Globalization;
using System.Text;

using RespClient.Commands;
using RespClient.Protocol;

namespace RespClient.Tests.Commands;

public sealed class LuaScriptTests
{
    private static readonly string Sha1 = new LuaScript("return 1").Sha1;

    private readonly CommandLog _log = new();

    [Fact]
    public async Task Changing_an_array_after_the_call_does_not_change_what_is_sent()
    {
        RedisArgument[] keys = ["key"];
        RedisArgument[] arguments = ["first", "second"];
        var running = new LuaScript("return 1").ExecuteAsync(_log, keys, arguments, TestContext.Current.CancellationToken);
        keys[0] = "other";
        arguments[1] = "other";
        _log.Answer();
        await running;
        Assert.Equal(["EVALSHA", Sha1, "1", "key", "first", "second"], _log.Words(0)[..^1]);
    }

    [Fact]
    public async Task A_forgotten_script_is_sent_whole_in_a_command_of_its_own()
    {
        var running = new LuaScript("return 1").ExecuteAsync(_log, ["key"], [2], TestContext.Current.CancellationToken);
        _log.Answer("NOSCRIPT No matching script. Please use EVAL.");
        _log.Answer();
        await running;
        Assert.Equal("EVALSHA", _log.Words(0)[0]);
        Assert.Equal(Sha1, _log.Words(0)[1]);
        Assert.Equal("EVAL", _log.Words(1)[0]);
        Assert.Contains("return 1", _log.Words(1)[1], StringComparison.Ordinal);
        Assert.Equal(["1", "key", "2"], _log.Words(1)[2..^1]);
    }

    [Fact]
    public async Task Each_run_has_a_number_of_its_own()
    {
        var script = new LuaScript("return 1");
        for (var run = 0; run < 2; run++)
        {
            var running = script.ExecuteAsync(_log, ["key"], [], TestContext.Current.CancellationToken);
            _log.Answer();
            await running;
        }

        Assert.Equal(long.Parse(_log.Words(0)[^1], CultureInfo.InvariantCulture) + 1, long.Parse(_log.Words(1)[^1], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_script_that_may_run_twice_is_asked_once_more_where_the_reply_is_anothers_and_no_third_time()
    {
        var script = new LuaScript("return 1") { IsRepeatable = true };
        var asked = script.ExecuteAsync(_log, ["key"], []);
        _log.AnswerWith(RespValue.FromInt64(1));
        _log.Answer();
        Assert.Equal(1, (await asked).AsInt64());
        Assert.NotEqual(_log.Words(0)[^1], _log.Words(1)[^1]);

        var again = script.ExecuteAsync(_log, ["key"], []);
        _log.AnswerWith(RespValue.FromInt64(1));
        _log.AnswerWith(RespValue.FromInt64(1));
        var e = await Assert.ThrowsAsync<RedisProtocolException>(again.AsTask);
        Assert.Equal(CommandOutcome.OutcomeUnknown, e.Outcome);
        Assert.Equal(4, _log.Count);
    }

    [Theory]
    [InlineData("the number alone of the run before")]
    [InlineData("a number")]
    [InlineData("null")]
    [InlineData("an array without a number")]
    [InlineData("an empty array")]
    [InlineData("one too many")]
    [InlineData("a string of the run before")]
    [InlineData("an integer of the run before")]
    [InlineData("a string that begins with another number")]
    [InlineData("the digits and nothing behind them")]
    [InlineData("the digits and another mark")]
    [InlineData("a string of digits alone")]
    [InlineData("an array that ends with the run before")]
    [InlineData("an array that begins with the digits")]
    [InlineData("an array that ends with more than the digits")]
    public async Task A_reply_without_the_number_of_the_run_is_not_believed(string what)
    {
        var asked = new LuaScript("return 1").ExecuteAsync(_log, ["key"], []);
        var tag = RespValue.FromInt64(long.Parse(_log.Words(0)[^1], CultureInfo.InvariantCulture));
        _log.AnswerWith(what switch
        {
            "the number alone of the run before" => RespValue.FromItems(RespKind.Array, [RespValue.FromInt64(tag.AsInt64() - 1)]),
            "a number" => tag,
            "null" => RespValue.Null,
            "an array without a number" => RespValue.FromItems(RespKind.Array, [RespValue.FromSimpleString("OK"), tag]),
            "a string of the run before" => Text($"{tag.AsInt64() - 1}$text"),
            "an integer of the run before" => Text($"{tag.AsInt64() - 1}:1"),
            "a string that begins with another number" => Text($"1{tag.AsInt64()}$text"),
            "the digits and nothing behind them" => Text($"{tag.AsInt64()}"),
            "the digits and another mark" => Text($"{tag.AsInt64()}#text"),
            "a string of digits alone" => Text("17"),
            "an array that ends with the run before" => RespValue.FromItems(RespKind.Array, [Text("a"), Text($"{tag.AsInt64() - 1}")]),
            "an array that begins with the digits" => RespValue.FromItems(RespKind.Array, [Text($"{tag.AsInt64()}"), Text("a")]),
            "an array that ends with more than the digits" => RespValue.FromItems(RespKind.Array, [Text("a"), Text($"{tag.AsInt64()}$")]),
            "an empty array" => RespValue.FromItems(RespKind.Array, []),
            _ => RespValue.FromItems(RespKind.Array, [tag, tag, tag]),
        });
        var e = await Assert.ThrowsAsync<RedisProtocolException>(asked.AsTask);
        Assert.Equal(CommandOutcome.OutcomeUnknown, e.Outcome);
        Assert.Equal(1, _log.Count);
    }

    private static RespValue Text(string text) => RespValue.FromBytes(RespKind.BulkString, Encoding.UTF8.GetBytes(text));

    [Fact]
    public async Task The_arguments_of_a_script_are_copied_once_and_no_more()
    {
        const int Runs = 1000;
        var script = new LuaScript("return 1");
        var client = new Answering();
        var arguments = Enumerable.Range(0, 40).Select(i => (RedisArgument)i).ToArray();
        await RunAsync();
        var before = GC.GetAllocatedBytesForCurrentThread();
        await RunAsync();
        var perRun = (GC.GetAllocatedBytesForCurrentThread() - before) / Runs;

        // One array of sha, count, key, arguments and number, of two words each.
        Assert.InRange(perRun, 1, (2 + 1 + arguments.Length + 1) * 16 + 64);

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
            return [command.Name, .. command.Arguments.ToArray().Select(argument => Encoding.UTF8.GetString(argument.ToArray()))];
        }

        public int Count => _asked.Count;

        public void AnswerWith(in RespValue reply) => _asked[^1].Reply.SetResult(reply);

        public void Answer(string? error = null)
        {
            if (error is null)
            {
                AnswerWith(Tagged(_asked[^1].Command));
            }
            else
            {
                _asked[^1].Reply.SetException(new RedisServerException(error));
            }
        }
    }

    private sealed class Answering : IRedisClient
    {
        private readonly RespValue[] _items = new RespValue[2];

        public ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default)
        {
            _items[0] = RespValue.FromInt64(command.Tag);
            _items[1] = RespValue.FromInt64(1);
            return new(RespValue.FromItems(RespKind.Array, _items));
        }
    }

    private static RespValue Tagged(RedisCommand command) =>
        RespValue.FromItems(RespKind.Array, [RespValue.FromInt64(command.Tag), RespValue.FromInt64(1)]);
}
