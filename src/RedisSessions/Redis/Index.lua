-- Lists a session in the index of its user, where that lies in another slot of a cluster than the record.
-- KEYS[1] the index; ARGV[1] TTL of the record in ms; ARGV[2] the record's key
-- Returns 1.
-- One step, so that the index is never without TTL.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ttl = tonumber(ARGV[1])
redis.call('ZADD', KEYS[1], now + ttl, ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('PTTL', KEYS[1]) < ttl then
    redis.call('PEXPIRE', KEYS[1], ttl)
end
return 1
