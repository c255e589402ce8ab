using System.Buffers;

using RespClient;
using RespClient.Commands;

namespace RedisClient;

/// <summary>The commands by RespClient.</summary>
internal sealed class RespClientWorkload(RespClient.RedisClient client, Options options) : IWorkload
{
    private const string Key = "bench:key";

    private readonly byte[] _value = [.. Enumerable.Repeat((byte)'x', options.Size)];
    private const string Source = "return redis.call('GET', KEYS[1])";

    private readonly LuaScript _script = new(Source);
    private string _sha1 = "";

    public async Task PrepareAsync()
    {
        await client.ExecuteAsync(new RedisCommand("SET", Key, _value));
        _sha1 = (await client.ExecuteAsync(new RedisCommand("SCRIPT", "LOAD", Source))).AsString()!;
        await _script.ExecuteAsync(client, [Key], []);
    }

    public async Task<Caller> CallAsync(StopSignal stop)
    {
        var caller = new Caller();
        var reply = new ArrayBufferWriter<byte>(options.Size);
        while (!stop.IsSet)
        {
            caller.Begin();
            switch (options.Op)
            {
                case "get":
                    reply.ResetWrittenCount();
                    await client.GetAsync(Key, reply);
                    Check(reply.WrittenCount);
                    break;
                case "set":
                    await client.ExecuteAsync(new RedisCommand("SET", Key, _value));
                    break;
                case "evalsha":
                    Check((await client.ExecuteAsync(new RedisCommand("EVALSHA", _sha1, 1, Key))).Bytes.Length);
                    break;
                case "script":
                    Check((await _script.ExecuteAsync(client, [Key], [])).Bytes.Length);
                    break;
                default:
                    throw new ArgumentException($"--op {options.Op}: known are get, set, evalsha, script.");
            }

            caller.End();
        }

        return caller;
    }

    private void Check(int length)
    {
        if (length != options.Size)
        {
            throw new InvalidOperationException($"A reply of {length} bytes instead of {options.Size}.");
        }
    }
}
