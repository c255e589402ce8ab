-- Reads a record that moves to another slot of a cluster, or only its TTL.
-- KEYS[1] the record; ARGV[1] '1': its content is wanted
-- Returns {TTL in ms, content}; the content is missing where it is not wanted, or there is no such record.
-- A script, because its reply is compared with its call: another's content must not get this session's new id.
local ttl = redis.call('PTTL', KEYS[1])
if ARGV[1] == '1' then
    return {ttl, redis.call('DUMP', KEYS[1])}
end
return {ttl}
