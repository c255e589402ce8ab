-- Changes fields of a session's record, and only while it lives: a destroyed session stays destroyed.
-- KEYS[1] the record; then, in this order, as ARGV[1] says: the key it moves to, the index of its user
-- ARGV[1] '-', or any of: m it moves, i there is an index, r creation time and deadline start anew
-- ARGV[2] TTL in ms it is renewed for, 0: keep; ARGV[3] absolute lifetime in ms, 0: none (looked at with r)
-- ARGV[4], ARGV[5] how many expectations, how many fields to set; then the expectations (field, '=value' or '-' for
-- none), the fields to set (field, value), the fields to remove
-- Returns {1, now, ttl or 0 where kept, version}; {0} no such record; {2, value or false ...} an expectation failed.
-- One step, because checking and then writing would bring back what was destroyed in between.
local key, flags = KEYS[1], ARGV[1]
if redis.call('TYPE', key).ok ~= 'hash' or redis.call('HEXISTS', key, '@version') == 0 then
    return {0}
end

local expected, sets = tonumber(ARGV[4]), tonumber(ARGV[5])
local at, found, met = 6, {2}, true
for _ = 1, expected do
    local value = redis.call('HGET', key, ARGV[at])
    found[#found + 1] = value
    met = met and ARGV[at + 1] == (value and '=' .. value or '-')
    at = at + 2
end
if not met then
    return found
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local left = redis.call('PTTL', key)
local ttl = tonumber(ARGV[2])
if string.find(flags, 'r', 1, true) then
    redis.call('HSET', key, '@created', now)
    local absolute = tonumber(ARGV[3])
    if absolute > 0 then
        redis.call('HSET', key, '@deadline', now + absolute)
    else
        redis.call('HDEL', key, '@deadline')
    end
end
if ttl == 0 and left < 0 then
    ttl = tonumber(redis.call('HGET', key, '@lifetime') or 1000) -- somebody else took its TTL away
end
if ttl > 0 then
    local deadline = redis.call('HGET', key, '@deadline')
    if deadline then
        ttl = math.min(ttl, tonumber(deadline) - now)
    end
    if ttl <= 0 then
        redis.call('UNLINK', key)
        return {0}
    end
    redis.call('HSET', key, '@renewed', now)
    redis.call('PEXPIRE', key, ttl)
    left = ttl
end

for i = at, at + 2 * sets - 1, 2 do
    redis.call('HSET', key, ARGV[i], ARGV[i + 1])
end
for i = at + 2 * sets, #ARGV do
    redis.call('HDEL', key, ARGV[i])
end
local version = redis.call('HINCRBY', key, '@version', 1)

local nextKey = 2
if string.find(flags, 'm', 1, true) then
    local all = redis.call('HGETALL', key)
    for i = 1, #all, 2 do
        redis.call('HSET', KEYS[2], all[i], all[i + 1])
    end
    redis.call('PEXPIRE', KEYS[2], left)
    redis.call('UNLINK', key)
    nextKey = 3
end
if string.find(flags, 'i', 1, true) then
    local index = KEYS[nextKey]
    if nextKey == 3 then
        redis.call('ZREM', index, key)
        key = KEYS[2]
    end
    redis.call('ZADD', index, now + left, key)
    redis.call('ZREMRANGEBYSCORE', index, '-inf', now)
    if redis.call('PTTL', index) < left then
        redis.call('PEXPIRE', index, left)
    end
end
return {1, now, ttl, version}
