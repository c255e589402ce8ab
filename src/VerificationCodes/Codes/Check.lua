-- Checks one typed code. One step, because the count of misses and the comparison must not come apart: of many
-- answers at once, as many are compared as there are tries left, and one right answer wins.
-- KEYS: 1 the hash of open codes (purpose and address)   2 the address's misses (sorted set by time)
-- ARGV: 1 the browser (field)   2 tries per code   3 misses per 24 h   4 a unique name for a miss
--       5... pairs: key name, proof of the typed code under that key
-- Returns {'confirmed'} | {'wrong', tries left} | {'spent'} | {'expired'} | {'blocked', ms until the next try}
local DAY = 86400000
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local tries, misses = tonumber(ARGV[2]), tonumber(ARGV[3])

-- How long until fewer than the allowed misses lie within a day: the oldest that counts has to leave.
local function blocked_for()
  local oldest = redis.call('ZRANGE', KEYS[2], -misses, -misses, 'WITHSCORES')
  if oldest[2] then return math.max(0, oldest[2] + DAY - now) end
  return 0
end

local wait = blocked_for()
if wait > 0 then return {'blocked', wait} end

-- Changes nothing, and is refused where memory is full: otherwise a right answer would be taken and a wrong one not
-- be counted, and guessing would be free for as long as that lasts.
redis.call('ZADD', KEYS[2], 'XX', 0, '')

local function count_miss()
  redis.call('ZADD', KEYS[2], now, ARGV[4])
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - DAY)
  redis.call('PEXPIRE', KEYS[2], DAY)
end
-- A code that no browser is bound to can be tried by everybody: whether there is one shows in no budget.
local function expired()
  if ARGV[1] == '-' then count_miss() end
  return {'expired'}
end

local stored = redis.call('HGET', KEYS[1], ARGV[1])
if not stored then return expired() end
local code = cjson.decode(stored)
if code.deadline <= now then
  redis.call('HDEL', KEYS[1], ARGV[1])
  return expired()
end

for i = 5, #ARGV, 2 do
  if ARGV[i] == code.key and ARGV[i + 1] == code.proof then
    redis.call('HDEL', KEYS[1], ARGV[1])
    redis.call('DEL', KEYS[2])
    return {'confirmed'}
  end
end

count_miss()
code.misses = code.misses + 1
if code.misses >= tries then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  -- The hash keeps the TTL that the issuing script gave it.
  redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(code))
end
wait = blocked_for()
if wait > 0 then return {'blocked', wait} end
if code.misses >= tries then return {'spent'} end
return {'wrong', tries - code.misses}
