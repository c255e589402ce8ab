-- Reads a record once more, where the first answer would end a session, or held one that should have ended.
-- KEYS[1] the record; ARGV: the fields that are wanted, none: all
-- Returns names and values, or the values of the fields that are wanted.
-- A script, because its reply is compared with its call, and that of a plain HGETALL cannot be. One step, because a record
-- is ended only where its TTL was taken away.
local key = KEYS[1]
if redis.call('PTTL', key) == -1 then
    local own = redis.call('HMGET', key, '@renewed', '@lifetime', '@deadline')
    local ends = tonumber(own[1]) and tonumber(own[2]) and own[1] + own[2]
    local time = redis.call('TIME')
    if ends and math.min(ends, tonumber(own[3]) or ends) <= time[1] * 1000 + math.floor(time[2] / 1000) then
        redis.call('UNLINK', key)
    end
end
if #ARGV > 0 then
    return redis.call('HMGET', key, unpack(ARGV))
end
return redis.call('HGETALL', key)
