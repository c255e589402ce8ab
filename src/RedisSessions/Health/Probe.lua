-- Adds an entry to a list and takes it out again, in one step.
-- KEYS: 1 the list
-- ARGV: 1 the entry
-- Returns 1.
redis.call('RPUSH', KEYS[1], ARGV[1])
return redis.call('LREM', KEYS[1], -1, ARGV[1])
