-- Reads a record once more, where the first answer would end a session.
-- KEYS[1] the record; ARGV: the fields that are wanted, none: all
-- Returns names and values, or the values of the fields that are wanted.
-- A script, because its reply is compared with its call, and that of a plain HGETALL cannot be.
if #ARGV > 0 then
    return redis.call('HMGET', KEYS[1], unpack(ARGV))
end
return redis.call('HGETALL', KEYS[1])
