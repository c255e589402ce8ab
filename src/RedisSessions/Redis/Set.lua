-- Writes an entry of the distributed cache in the layout of Microsoft's Redis cache.
-- KEYS[1] the entry; ARGV[1] absolute expiry, ARGV[2] sliding expiry in .NET ticks, -1: none; ARGV[3] the data;
-- ARGV[4] TTL in ms, -1: none
-- Returns 1.
-- One step: an entry that expires is never without its TTL. The old one goes first, with its TTL and whatever its type.
if redis.call('EXISTS', KEYS[1]) == 1 then
    redis.call('UNLINK', KEYS[1]) -- only then: Redis lets a script that has deleted something write beyond maxmemory
end
redis.call('HSET', KEYS[1], 'absexp', ARGV[1], 'sldexp', ARGV[2], 'data', ARGV[3])
if ARGV[4] ~= '-1' then
    redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
return 1
