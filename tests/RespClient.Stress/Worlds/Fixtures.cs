using System.Text;

using RespClient.Stress.Callers;

namespace RespClient.Stress.Worlds;

/// <summary>What is in Redis before a phase begins and stays as it is, but for large values, which are written over with others of their key.</summary>
/// <param name="prefix">What the names of the keys begin with.</param>
/// <param name="random">Draws sizes.</param>
internal sealed class Fixtures(string prefix, Random random)
{
    /// <summary>The longest string that clients under test take, in bytes.</summary>
    public const int Limit = 400_000;

    private const int Strings = 256;
    private const int Hashes = 64;
    private const int LargeKeys = 4;
    private const int LargeVersions = 2;
    private const int LargeBytes = 300_000;

    // Below the length of the buffers that they are read into.
    private const int LongestString = 3000;

    private readonly int[] _lengths = [.. Enumerable.Range(0, Strings).Select(_ => random.Next(4) == 0 ? random.Next(LongestString) : random.Next(80))];
    private readonly int[] _fields = [.. Enumerable.Range(0, Hashes).Select(_ => random.Next(1, 20))];
    private readonly byte[][][] _large = [.. Enumerable.Range(0, LargeKeys).Select(index => Versions($"{prefix}large.{index}"))];

    /// <summary>Holds a string beyond the limit.</summary>
    public string ExcessiveKey => $"{prefix}excessive";

    public (string Key, string Value) PickString(Random caller) => String(caller.Next(Strings));

    /// <summary>A hash, and its content as a reply shows it.</summary>
    public (string Key, string Content) PickHash(Random caller)
    {
        var index = caller.Next(Hashes);
        return (HashKey(index), ReplyText.Of(Fields(index)));
    }

    /// <summary>A large key, and one of the values that it may have.</summary>
    public (string Key, byte[] Value) PickLarge(Random caller)
    {
        var index = caller.Next(LargeKeys);
        return ($"{prefix}large.{index}", _large[index][caller.Next(LargeVersions)]);
    }

    /// <exception cref="ForeignReplyException">It is none of the key's values.</exception>
    public void CheckLarge(string key, ReadOnlySpan<byte> value)
    {
        foreach (var version in _large[key[^1] - '0'])
        {
            if (value.SequenceEqual(version))
            {
                return;
            }
        }

        throw new ForeignReplyException($"{LargeBytes} bytes of {key}", $"{value.Length} bytes: {ReplyText.Of(value)}");
    }

    /// <summary>Writes all of it.</summary>
    public async Task WriteAsync(RedisClient control)
    {
        var writes = new List<Task>();
        for (var index = 0; index < Strings; index++)
        {
            var (key, value) = String(index);
            writes.Add(control.ExecuteAsync(new RedisCommand("SET", key, value)).AsTask());
        }

        for (var index = 0; index < Hashes; index++)
        {
            RedisArgument[] arguments = [HashKey(index), .. Fields(index).Select(text => (RedisArgument)text)];
            writes.Add(control.ExecuteAsync(new RedisCommand("HSET", arguments)).AsTask());
        }

        for (var index = 0; index < LargeKeys; index++)
        {
            writes.Add(control.ExecuteAsync(new RedisCommand("SET", $"{prefix}large.{index}", _large[index][0])).AsTask());
        }

        writes.Add(control.ExecuteAsync(new RedisCommand("SETRANGE", ExcessiveKey, Limit + 50_000, "end")).AsTask());
        await Task.WhenAll(writes);
    }

    private static byte[][] Versions(string key) => [.. Enumerable.Range(0, LargeVersions).Select(version => Large($"{key}={version};"))];

    private static byte[] Large(string pattern)
    {
        var bytes = new byte[LargeBytes];
        var one = Encoding.UTF8.GetBytes(pattern);
        for (var start = 0; start < LargeBytes; start += one.Length)
        {
            one.AsSpan(0, Math.Min(one.Length, LargeBytes - start)).CopyTo(bytes.AsSpan(start));
        }

        return bytes;
    }

    private (string Key, string Value) String(int index)
    {
        var key = $"{prefix}string.{index}";
        return (key, $"{key}={new string('.', _lengths[index])}");
    }

    private string HashKey(int index) => $"{prefix}hash.{index}";

    private IEnumerable<string> Fields(int index) =>
        Enumerable.Range(0, _fields[index]).SelectMany<int, string>(field => [$"field.{field}", $"{HashKey(index)}/{field}"]);
}
