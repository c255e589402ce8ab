-- Puts a message on top of the development mailbox. One step, so that it never grows beyond its cap or outlives its time.
-- KEYS: 1 the mailbox (list)
-- ARGV: 1 the message: JSON, the time is added   2 how many are kept   3 for how many ms
-- Returns 1.
local time = redis.call('TIME')
local message = cjson.decode(ARGV[1])
message.receivedAt = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('LPUSH', KEYS[1], cjson.encode(message))
redis.call('LTRIM', KEYS[1], 0, tonumber(ARGV[2]) - 1)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
