using RespClient;
using RespClient.Commands;

namespace RedisClient;

/// <summary>One kind of command, and how a caller runs it and judges the reply.</summary>
internal sealed class Workload(IRedisClient client, Options options, LuaScript script)
{
    private const string Key = "bench:key";
    private readonly byte[] _value = new byte[options.Size].Select(_ => (byte)'x').ToArray();

    public static async Task<Workload> PrepareAsync(IRedisClient client, Options options)
    {
        var workload = new Workload(client, options, new LuaScript("return redis.call('GET', KEYS[1])"));
        await client.ExecuteAsync(new RedisCommand("SET", Key, workload._value));
        await workload.RunOnceAsync();
        return workload;
    }

    public async ValueTask RunOnceAsync()
    {
        switch (options.Op)
        {
            case "get":
                Check((await client.ExecuteAsync(new RedisCommand("GET", Key))).Bytes.Length);
                break;
            case "set":
                await client.ExecuteAsync(new RedisCommand("SET", Key, _value));
                break;
            case "evalsha":
                Check((await script.ExecuteAsync(client, [Key], [])).Bytes.Length);
                break;
            default:
                throw new ArgumentException($"--op {options.Op}: known are get, set, evalsha.");
        }
    }

    private void Check(int length)
    {
        if (length != options.Size)
        {
            throw new InvalidOperationException($"A reply of {length} bytes instead of {options.Size}.");
        }
    }
}
