-- Notes that the provider of text messages failed once more. One step, so that the count never outlives its time.
-- KEYS: 1 failures in a row (string)
-- ARGV: 1 for how many ms they count
-- Returns the count.
local count = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return count
