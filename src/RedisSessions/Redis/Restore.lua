-- Writes a record that moves here from another slot of a cluster.
-- KEYS[1] where it moves; ARGV[1] TTL in ms, ARGV[2] the content as Dump.lua returns it
-- Returns 1.
-- One step, so that the record is never there with the mark of the key it had before (see RecordMark).
redis.call('RESTORE', KEYS[1], ARGV[1], ARGV[2], 'REPLACE')
local version = redis.call('HGET', KEYS[1], '@version')
redis.call('HSET', KEYS[1], '@mark', version .. ':' .. string.sub(KEYS[1], -11))
return 1
