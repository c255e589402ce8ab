-- Ends a session and takes it out of its user's index.
-- KEYS[1] the record; KEYS[2] the index
-- Returns 1 if there was such a record, otherwise 0.
-- One step and one round trip; a member left behind would only be dropped at the next look.
redis.call('ZREM', KEYS[2], KEYS[1])
return redis.call('UNLINK', KEYS[1])
