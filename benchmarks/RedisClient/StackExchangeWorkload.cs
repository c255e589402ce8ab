using StackExchange.Redis;

namespace RedisClient;

/// <summary>The same commands as StackExchange.Redis is usually asked for them: by its typed methods, one connection for all.</summary>
internal sealed class StackExchangeWorkload(IConnectionMultiplexer connection, Options options) : IWorkload
{
    private const string Source = "return redis.call('GET', KEYS[1])";

    private static readonly RedisKey Key = "bench:key";
    private static readonly RedisKey[] Keys = [Key];

    private readonly IDatabase _redis = connection.GetDatabase();
    private readonly RedisValue _value = Enumerable.Repeat((byte)'x', options.Size).ToArray();
    private byte[] _sha1 = [];

    public async Task PrepareAsync()
    {
        await _redis.StringSetAsync(Key, _value);
        _sha1 = await connection.GetServers()[0].ScriptLoadAsync(Source);
    }

    public async Task<Caller> CallAsync(StopSignal stop)
    {
        var caller = new Caller();
        while (!stop.IsSet)
        {
            caller.Begin();
            switch (options.Op)
            {
                case "get":
                    Check(await _redis.StringGetAsync(Key));
                    break;
                case "set":
                    await _redis.StringSetAsync(Key, _value);
                    break;
                case "evalsha" or "script":
                    Check((RedisValue)await _redis.ScriptEvaluateAsync(_sha1, Keys));
                    break;
                default:
                    throw new ArgumentException($"--op {options.Op}: known are get, set, evalsha, script.");
            }

            caller.End();
        }

        return caller;
    }

    private void Check(RedisValue reply)
    {
        if (reply.Length() != options.Size)
        {
            throw new InvalidOperationException($"A reply of {reply.Length()} bytes instead of {options.Size}.");
        }
    }
}
