using RespClient;

namespace VerificationCodes.Tests.Bench;

/// <summary>
/// Nobody can move a server's clock in a test, so the data are moved instead: deadlines, times of events and
/// times to live all become earlier by as much. What expires on the way is deleted.
/// </summary>
internal static class RedisTime
{
    private const string Script = """
        local by = tonumber(ARGV[2])
        for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
          local ttl = redis.call('PTTL', key)
          if ttl >= 0 and ttl <= by then
            redis.call('DEL', key)
          else
            local kind = redis.call('TYPE', key).ok
            if kind == 'zset' then
              local all = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
              for i = 1, #all, 2 do
                local member = all[i]
                if string.sub(member, 1, 1) == '{' then
                  local message = cjson.decode(member)
                  message.deadline = message.deadline - by
                  redis.call('ZREM', key, member)
                  member = cjson.encode(message)
                end
                redis.call('ZADD', key, all[i + 1] - by, member)
              end
            elseif kind == 'hash' then
              local all = redis.call('HGETALL', key)
              for i = 1, #all, 2 do
                local code = cjson.decode(all[i + 1])
                code.deadline = code.deadline - by
                if code.taken then code.taken = code.taken - by end
                redis.call('HSET', key, all[i], cjson.encode(code))
              end
            end
            if ttl >= 0 then redis.call('PEXPIRE', key, ttl - by) end
          end
        end
        """;

    public static async Task AdvanceAsync(IRedisClient redis, string prefix, TimeSpan time) =>
        await redis.ExecuteAsync(new RedisCommand("EVAL", Script, 0, prefix, (long)time.TotalMilliseconds));
}
