-- Reads the index of a user's sessions.
-- KEYS[1] the index
-- Returns its members.
-- A script, because its reply is compared with its call: another user's sessions must not be taken for this one's.
return redis.call('ZRANGE', KEYS[1], 0, -1)
