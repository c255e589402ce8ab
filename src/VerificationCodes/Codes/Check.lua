-- Checks one typed code. One step, because the count of misses and the comparison must not come apart: of many
-- answers at once, as many are compared as there are tries left, and one right answer wins.
-- KEYS: 1 the hash of open codes (purpose and address)   2 the address's misses (sorted set by time)
--       3 the misses of all addresses in the running hour
-- ARGV: 1 the browser (field)   2 tries per code   3 a unique name for a miss   4 the network that answers, or '-'
--       5 misses of an address in 24 h   6 the same for known browsers   7 the same with the tries that are kept for owners
--       8 misses of all addresses in an hour   9 the same with the tries that are kept for owners
--       10... pairs: key name, proof of the typed code under that key
-- Returns {'confirmed', when it was taken, or 0 where that was the last time} | {'wrong', tries left} | {'spent'} | {'expired'} | {'blocked', ms until the next try}
local HOUR, DAY = 3600000, 86400000
-- Answers that come closer together than this are one click.
local ONE_CLICK = 2000
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local tries = tonumber(ARGV[2])

-- Changes nothing, and is refused where memory is full: otherwise a right answer would be taken and a wrong one not
-- be counted, and guessing would be free for as long as that lasts.
redis.call('ZADD', KEYS[2], 'XX', 0, '')

local code = {}
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if stored then
  code = cjson.decode(stored)
  if code.deadline <= now then
    redis.call('HDEL', KEYS[1], ARGV[1])
    code, stored = {}, nil
  end
end

-- How long until an answer may be compared under these limits. Answers of known browsers do not count towards those of all.
local function wait_for(limit, limit_of_all)
  local wait = 0
  local oldest = redis.call('ZRANGE', KEYS[2], -limit, -limit, 'WITHSCORES')
  if oldest[2] then wait = math.max(0, oldest[2] + DAY - now) end
  if not code.known and tonumber(redis.call('GET', KEYS[3]) or 0) >= tonumber(limit_of_all) then
    wait = math.max(wait, redis.call('PTTL', KEYS[3]))
  end
  return wait
end
local function wait_for_shared() return wait_for(code.known and ARGV[6] or ARGV[5], ARGV[8]) end
-- The code's own try, which nobody else can use up.
local function wait_for_own()
  local is_mine = code.own == 1 and (not code.network or code.network == ARGV[4])
  return is_mine and wait_for(ARGV[7], ARGV[9]) or math.huge
end
local function blocked_for() return math.min(wait_for_shared(), wait_for_own()) end

local function count_miss()
  redis.call('ZADD', KEYS[2], now, ARGV[3])
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - DAY)
  redis.call('PEXPIRE', KEYS[2], DAY)
end

local wait = blocked_for()
-- A code that no browser is bound to can be tried by anyone. Whether there is one shows in no budget, and the last of
-- its tries is for the network that asked for it.
if ARGV[1] == '-' and (not stored or code.own == 1 and code.network ~= ARGV[4] and code.misses >= tries - 1) then
  if wait > 0 then return {'blocked', wait} end
  count_miss()
  wait = wait_for_shared()
  return wait > 0 and {'blocked', wait} or {'expired'}
end
if not stored then return {'expired'} end
if wait > 0 then return {'blocked', wait} end

for i = 10, #ARGV, 2 do
  if ARGV[i] == code.key and ARGV[i + 1] == code.proof then
    if code.taken and now - code.taken < ONE_CLICK then return {'expired'} end
    if code.taken or ARGV[1] == '-' then
      redis.call('HDEL', KEYS[1], ARGV[1])
      code.taken = nil
    else
      -- This answer may be lost: the browser that asked can get it once more, until its receipt is confirmed
      -- (Settle.lua).
      code.taken = now
      redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(code))
    end
    return {'confirmed', code.taken or 0}
  end
end

if wait_for_shared() > 0 then code.own = 0 end
count_miss()
if not code.known and redis.call('INCR', KEYS[3]) == 1 then redis.call('PEXPIRE', KEYS[3], HOUR) end
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
