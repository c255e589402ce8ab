-- Adds an entry and takes it out again.
redis.call('RPUSH', KEYS[1], ARGV[1])
return redis.call('LREM', KEYS[1], -1, ARGV[1])
