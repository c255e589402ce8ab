-- Queues a notice unless its address has had as many as it may in a day. One step, so that many at once cannot all
-- see room.
-- KEYS: 1 the address's notices (sorted set by time)   2 the outbox (stream)
-- ARGV: 1 notices per 24 h   2 life of the message in ms   3 a unique name   4 the message: JSON, the deadline is added
-- Returns 1, or 0 when it was dropped.
local DAY = 86400000
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('ZCOUNT', KEYS[1], now - DAY + 1, '+inf') >= tonumber(ARGV[1]) then return 0 end
-- First the write that needs memory: once something was deleted, Redis would let the rest pass maxmemory. And first the
-- message: what cannot be queued is not counted.
local message = cjson.decode(ARGV[4])
message.deadline = now + tonumber(ARGV[2])
redis.call('XADD', KEYS[2], '*', 'message', cjson.encode(message))
redis.call('PEXPIRE', KEYS[2], 2 * DAY)
redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - DAY)
redis.call('PEXPIRE', KEYS[1], DAY)
return 1
