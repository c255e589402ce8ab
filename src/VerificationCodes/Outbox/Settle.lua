-- Ends a worker's turn with a message: done, put back for later, or given up. One step, so that a message is never
-- lost between two places; and only the first who settles it counts, so that it is never put back twice.
-- KEYS: 1 the outbox (stream)   2 delayed messages (sorted set by due time)   3 dead letters (stream)
-- ARGV: 1 group   2 id   3 'done', 'later' or 'dead'   4 later: ms from now; dead: the reason   5 the message
-- Returns 1, or 0 when another worker has settled it.
local DAY = 86400000
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
if redis.call('XDEL', KEYS[1], ARGV[2]) == 0 then return 0 end
if ARGV[3] == 'later' then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZADD', KEYS[2], now + tonumber(ARGV[4]), ARGV[5])
  redis.call('PEXPIRE', KEYS[2], 2 * DAY)
elseif ARGV[3] == 'dead' then
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000, '*', 'reason', ARGV[4], 'message', ARGV[5])
  redis.call('PEXPIRE', KEYS[3], 7 * DAY)
end
return 1
