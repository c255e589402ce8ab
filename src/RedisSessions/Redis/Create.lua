-- Makes the record of a session.
-- KEYS[1] the record; KEYS[2] the index of its user, if it has one
-- ARGV[1] TTL in ms; ARGV[2] absolute lifetime in ms, 0: none; then field, value, field, value ...
-- Returns {1, now, ttl, version}.
-- One step, so that no record is ever without TTL, and none of a user's is ever missing from the index. The record is read
-- before the first change of it and after the last: near caches rely on that (RespClient's TrackedCache.Writer). @mark: see
-- RecordMark.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ttl, absolute = tonumber(ARGV[1]), tonumber(ARGV[2])

if redis.call('EXISTS', KEYS[1]) == 1 then
    redis.call('UNLINK', KEYS[1]) -- only then: Redis lets a script that has deleted something write beyond maxmemory
end
redis.call('HSET', KEYS[1], '@version', 1, '@mark', '1:' .. string.sub(KEYS[1], -11), '@created', now, '@renewed', now, unpack(ARGV, 3, math.min(#ARGV, 4002)))
for i = 4003, #ARGV, 4000 do -- Lua's stack holds some 8,000 values at once
    redis.call('HSET', KEYS[1], unpack(ARGV, i, math.min(#ARGV, i + 3999)))
end
if absolute > 0 then
    redis.call('HSET', KEYS[1], '@deadline', now + absolute)
    ttl = math.min(ttl, absolute)
end
redis.call('PEXPIRE', KEYS[1], ttl)
redis.call('EXISTS', KEYS[1])

if KEYS[2] then
    redis.call('ZADD', KEYS[2], now + ttl, KEYS[1])
    redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now) -- the expired ones, even if no one ever looks
    if redis.call('PTTL', KEYS[2]) < ttl then
        redis.call('PEXPIRE', KEYS[2], ttl)
    end
end
return {1, now, ttl, 1}
