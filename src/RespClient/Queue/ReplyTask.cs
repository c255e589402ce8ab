using System.Runtime.CompilerServices;

using RespClient.Protocol;

namespace RespClient.Queue;

/// <summary>What typed commands make of a reply. The state machines are pooled: a conversion allocates nothing.</summary>
internal static class ReplyTask
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<T> As<T>(this ValueTask<RespValue> reply, Func<RespValue, T> convert) => convert(await reply);

    public static ValueTask<byte[]?> AsBytes(this ValueTask<RespValue> reply) => reply.As(static value => value.AsBytes());

    public static ValueTask<string?> AsString(this ValueTask<RespValue> reply) => reply.As(static value => value.AsString());

    public static ValueTask<long> AsInt64(this ValueTask<RespValue> reply) => reply.As(static value => value.AsInt64());

    public static ValueTask<bool> AsBoolean(this ValueTask<RespValue> reply) => reply.As(static value => value.AsBoolean());

    /// <summary>Waits for a reply that says nothing.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask AsNothing(this ValueTask<RespValue> reply) => await reply;

    /// <summary>The strings of an array.</summary>
    public static IReadOnlyList<string> Strings(RespValue value)
    {
        var items = value.Items;
        var strings = new string[items.Length];
        for (var index = 0; index < strings.Length; index++)
        {
            strings[index] = items[index].AsString() ?? "";
        }

        return strings;
    }

    /// <summary>A command name, its fixed first arguments, then a list.</summary>
    public static RedisCommand Command(string name, ReadOnlySpan<RedisArgument> first, ReadOnlySpan<RedisArgument> rest) =>
        RedisCommand.Owning(name, [.. first, .. rest]);

    /// <summary>A duration as whole milliseconds, as Redis takes them: at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public static long Milliseconds(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        return Math.Max(1, (long)duration.TotalMilliseconds);
    }
}
