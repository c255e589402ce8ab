-- Counts what is in the outbox. One step, so that a message moving from one place to the other is never in neither.
-- KEYS: 1 the outbox (stream)   2 delayed messages (sorted set by due time)   3 dead letters (stream)
-- Returns {waiting, delayed, dead}
return {redis.call('XLEN', KEYS[1]), redis.call('ZCARD', KEYS[2]), redis.call('XLEN', KEYS[3])}
