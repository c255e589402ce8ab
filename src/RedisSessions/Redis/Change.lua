-- Changes fields of a session's record, and only while it lives: a destroyed session stays destroyed.
-- KEYS[1] the record; then, in this order, as ARGV[1] says: the key it moves to, the index of its user
-- ARGV[1] '-': only fields to set (field, value) follow, which is all that most writes are; otherwise 'c' and any of:
-- m it moves, i there is an index, r creation time and deadline start anew, t the time is asked, l the lifetime stays
-- ARGV[2] TTL in ms it is renewed for, 0: keep; with l, what the record says now counts; ARGV[3] absolute lifetime in ms, 0: none (looked at with r)
-- ARGV[4], ARGV[5] how many expectations, how many fields to set; then the expectations (field, '=value' or '-' for
-- none), the fields to set (field, value), the fields to remove
-- Returns {1, now (0 where it took no look), ttl or 0 where kept, version}; {0} no such record; {2, value or false ...}
-- an expectation failed.
-- One step, because checking and then writing would bring back what was destroyed in between. Each redis.call costs as
-- much as all the rest of a small write: the usual one has three. The record that stays is read before the first change
-- of it and after the last, and not in between: near caches rely on that (RespClient's TrackedCache.Writer). Where its TTL
-- was taken away it is read in between, and a near cache drops it with the second push; it lives as long as it would have
-- with its TTL. What raises @version writes @mark with it (see RecordMark).
local key, flags = KEYS[1], ARGV[1]
local version = redis.pcall('HGET', key, '@version')
if type(version) == 'table' and not string.find(version.err, 'WRONGTYPE', 1, true) then
    return version -- not that the key is something else, but that Redis refuses
end
version = type(version) == 'string' and tonumber(version)
if not version then
    return {0}
end
version = version + 1
local written = string.format('%d', version) -- a text: for Redis, to print a number takes longer than the mark does
local mark = written .. ':' .. string.sub(key, -11)

if flags == '-' then
    local last = #ARGV
    redis.call('HSET', key, '@version', written, '@mark', mark, unpack(ARGV, 2, math.min(last, 4001)))
    for i = 4002, last, 4000 do -- Lua's stack holds some 8,000 values at once
        redis.call('HSET', key, unpack(ARGV, i, math.min(last, i + 3999)))
    end
    if redis.call('PTTL', key) >= 0 then
        return {1, 0, 0, version}
    end
end

-- Sets and removes; renewed is the time of a renewal. What sets something begins with that: a Redis that is full refuses
-- it, and nothing has been written then. What only removes begins with the removal, which a full Redis allows.
local function change(first, last, renewed)
    local function remove()
        for i = last + 1, #ARGV, 4000 do
            redis.call('HDEL', key, unpack(ARGV, i, math.min(#ARGV, i + 3999)))
        end
    end
    if last < first then
        remove()
    end
    local stop = math.min(last, first + 3999)
    if renewed then
        redis.call('HSET', key, '@version', written, '@mark', mark, '@renewed', renewed, unpack(ARGV, first, stop))
    else
        redis.call('HSET', key, '@version', written, '@mark', mark, unpack(ARGV, first, stop))
    end
    if last >= first then
        remove()
    end
    while stop < last do
        first, stop = stop + 1, math.min(last, stop + 4000)
        redis.call('HSET', key, unpack(ARGV, first, stop))
    end
end

local function clock()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The time the record has left by its own fields, where its TTL was taken away; 0 or less: it has been removed.
local function rest(now)
    local own = redis.call('HMGET', key, '@renewed', '@lifetime', '@deadline')
    local ends = (tonumber(own[1]) or 0) + (tonumber(own[2]) or 0)
    local left = math.min(ends, tonumber(own[3]) or ends) - now
    if left <= 0 then
        redis.call('UNLINK', key)
    end
    return left
end

if flags == '-' then
    local now = clock()
    local left = rest(now)
    if left <= 0 then
        return {0}
    end
    redis.call('PEXPIRE', key, left)
    redis.call('EXISTS', key)
    return {1, now, 0, version}
end

local ttl, expected, at, now = tonumber(ARGV[2]), tonumber(ARGV[4]), 6, 0
local last = at + 2 * (expected + ARGV[5]) - 1
local moves, isListed = string.find(flags, 'm', 1, true), string.find(flags, 'i', 1, true)
local restarts = string.find(flags, 'r', 1, true)
if string.find(flags, 'l', 1, true) then
    ttl = tonumber(redis.call('HGET', key, '@lifetime')) or ttl -- another request may have changed it meanwhile
end

if expected > 0 then
    local found, met = {2}, true
    for _ = 1, expected do
        local value = redis.call('HGET', key, ARGV[at])
        found[#found + 1] = value
        met = met and ARGV[at + 1] == (value and '=' .. value or '-')
        at = at + 2
    end
    if not met then
        return found
    end
end

if ttl > 0 or string.find(flags, '[mirt]') then
    now = clock()
end
local left = ttl
if ttl > 0 then
    if redis.call('PTTL', key) < 0 and rest(now) <= 0 then
        return {0}
    end
    local deadline
    if restarts then
        deadline = ARGV[3] ~= '0' and now + ARGV[3]
    else
        deadline = redis.call('HGET', key, '@deadline')
    end
    if deadline then
        ttl = math.min(ttl, deadline - now)
    end
    if ttl <= 0 then
        redis.call('UNLINK', key)
        return {0}
    end
    left = ttl
end

change(at, last, ttl > 0 and now)
if restarts then
    redis.call('HSET', key, '@created', now)
    if ARGV[3] ~= '0' then
        redis.call('HSET', key, '@deadline', now + ARGV[3])
    else
        redis.call('HDEL', key, '@deadline')
    end
end
if ttl > 0 then
    redis.call('PEXPIRE', key, ttl)
    redis.call('EXISTS', key)
else
    left = redis.call('PTTL', key)
    if left < 0 then
        now = now > 0 and now or clock()
        left = rest(now)
        if left <= 0 then
            return {0}
        end
        redis.call('PEXPIRE', key, left)
        redis.call('EXISTS', key)
    end
end

if moves then
    local moved = KEYS[2]
    local all = redis.call('HGETALL', key)
    for i = 1, #all, 2 do
        if all[i] == '@mark' then
            all[i + 1] = written .. ':' .. string.sub(moved, -11)
            break
        end
    end
    redis.call('EXISTS', moved)
    for i = 1, #all, 4000 do
        redis.call('HSET', moved, unpack(all, i, math.min(#all, i + 3999)))
    end
    redis.call('PEXPIRE', moved, left)
    redis.call('EXISTS', moved)
    redis.call('UNLINK', key)
end
if isListed then
    local index = KEYS[moves and 3 or 2]
    if moves then
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
