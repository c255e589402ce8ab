-- Removes an account that another store holds now, if nobody has changed it since it was read.
-- KEYS  1 the record  2 its name's key  3... the keys of its address and of its confirmed number, where it has them
-- ARGV  1 concurrency stamp expected
-- Returns 1, or 0 if changed or gone.
-- One step, because a key that leads nowhere would keep a name taken for good. Known browsers and failed sign-ins
-- stay: they are kept in Redis whichever store holds the account.
if redis.call('HGET', KEYS[1], 'stamp') ~= ARGV[1] then
    return 0
end
redis.call('DEL', unpack(KEYS))
return 1
