using RespClient;

namespace RedisSessions.Redis;

/// <summary>A <see cref="FieldWrite"/> as the arguments of the scripts; they say what each stands for.</summary>
internal static class FieldArguments
{
    /// <summary>How many arguments <c>Create.lua</c> takes for a write.</summary>
    public static int CountToCreate(FieldWrite write) => 2 + (write.Sets.Length * 2);

    public static void Create(FieldWrite write, Span<RedisArgument> arguments)
    {
        arguments[0] = Milliseconds(write.TimeToLive!.Value);
        arguments[1] = Milliseconds(write.AbsoluteLifetime ?? TimeSpan.Zero);
        AddFields(write.Sets, arguments[2..]);
    }

    /// <summary>How many arguments <c>Change.lua</c> takes for a write.</summary>
    public static int CountToChange(FieldWrite write, bool moves, bool isListed) => OnlySets(write, moves, isListed)
        ? 1 + (write.Sets.Length * 2)
        : 5 + ((write.Expected.Length + write.Sets.Length) * 2) + write.Removed.Length;

    public static void Change(FieldWrite write, bool moves, bool isListed, Span<RedisArgument> arguments)
    {
        if (OnlySets(write, moves, isListed))
        {
            arguments[0] = "-";
            AddFields(write.Sets, arguments[1..]);
            return;
        }

        arguments[0] = string.Concat(
            "c",
            string.Concat(moves ? "m" : "", isListed ? "i" : "", write.Restarts ? "r" : ""),
            string.Concat(write.AsksTime ? "t" : "", write.KeepsLifetime ? "l" : ""));
        arguments[1] = Milliseconds(write.TimeToLive ?? TimeSpan.Zero);
        arguments[2] = Milliseconds(write.AbsoluteLifetime ?? TimeSpan.Zero);
        arguments[3] = write.Expected.Length;
        arguments[4] = write.Sets.Length;
        var at = 5;
        foreach (var (field, value) in write.Expected)
        {
            arguments[at++] = field;
            arguments[at++] = value is null ? "-" : (byte[])[(byte)'=', .. value];
        }

        at += AddFields(write.Sets, arguments[at..]);
        foreach (var field in write.Removed)
        {
            arguments[at++] = field;
        }
    }

    /// <summary>Whole milliseconds, a part of one counting as one.</summary>
    public static RedisArgument Milliseconds(TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);

    private static bool OnlySets(FieldWrite write, bool moves, bool isListed) =>
        !moves && !isListed && !write.Restarts && !write.AsksTime && write.TimeToLive is null
        && write.Expected.IsEmpty && write.Removed.IsEmpty;

    private static int AddFields(ReadOnlySpan<KeyValuePair<string, byte[]>> fields, Span<RedisArgument> arguments)
    {
        var at = 0;
        foreach (var (field, value) in fields)
        {
            arguments[at++] = field;
            arguments[at++] = value;
        }

        return at;
    }
}
