-- Decides whether a message may go to an address now and, if so, makes or renews the code, counts and queues the
-- message. One step, because each part alone can be raced: two requests that both see no cool-down send two mails, a
-- captcha checked before it is deleted is worth many messages, a code without its message reaches nobody.
-- KEYS: 1 the hash of open codes   2 cool-down   3 the address's messages   4 the counter of all mails   5 the outbox
--       6 the captcha   7 the client's messages   8... further counters: those of text messages
--       (4, 6, 7 repeat key 2 where they do not apply)
-- ARGV: 1 captcha: 'off', 'right' or 'wrong'   2 cool-down ms   3 per address and hour   4 per address and 24 h
--       5 of all per minute (0: no mail)   6 per client and hour (0: no client)   7 how many further counters
--       8 the browser (field)   9 life of a code in ms   10 names of the accepted keys, each between spaces
--       11 the new code: JSON of nonce, key, proof, instead   12 the message: JSON, this script adds what it decided
--       13... of each further counter: its limit, its window in ms
-- Returns {'sent', ms of life left, nonce, key name} or {reason, ms to wait}; reasons: 'captcha-expired',
-- 'captcha-wrong', 'too-soon', 'address-limit', 'client-limit', 'busy'
local MINUTE, HOUR, DAY = 60000, 3600000, 86400000
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Changes nothing. Redis refuses a script that would pass maxmemory at its first write that may need memory, and only
-- if nothing was written before: without this line, deleting the captcha would open the door to all that follows.
redis.call('ZADD', KEYS[3], 'XX', 0, '')

-- Redeemed first, and gone whatever follows: a captcha is worth one decision.
if ARGV[1] ~= 'off' then
  if redis.call('DEL', KEYS[6]) == 0 then return {'captcha-expired', 0} end
  if ARGV[1] == 'wrong' then return {'captcha-wrong', 0} end
end

-- Of all the limits that refuse, the one that lasts longest is told: waiting for less would be refused again.
local reason, wait = nil, 0
local function refuse(why, ms)
  if ms > wait then reason, wait = why, ms end
end
local function wait_for_window(key, limit, window)
  local oldest = redis.call('ZRANGE', key, -limit, -limit, 'WITHSCORES')
  if oldest[2] then return oldest[2] + window - now end
  return 0
end
local function wait_for_counter(key, limit)
  if tonumber(redis.call('GET', key) or 0) >= limit then return redis.call('PTTL', key) end
  return 0
end

refuse('too-soon', redis.call('PTTL', KEYS[2]))
refuse('address-limit', wait_for_window(KEYS[3], tonumber(ARGV[3]), HOUR))
refuse('address-limit', wait_for_window(KEYS[3], tonumber(ARGV[4]), DAY))
if ARGV[6] ~= '0' then refuse('client-limit', wait_for_window(KEYS[7], tonumber(ARGV[6]), HOUR)) end
if ARGV[5] ~= '0' then refuse('busy', wait_for_counter(KEYS[4], tonumber(ARGV[5]))) end
for i = 1, tonumber(ARGV[7]) do refuse('busy', wait_for_counter(KEYS[7 + i], tonumber(ARGV[11 + 2 * i]))) end
if reason then return {reason, wait} end

-- A code in the first half of its life is sent again; a decoy stays a decoy and a real one real, or a new one is made.
local fresh = cjson.decode(ARGV[11])
local half = math.floor(tonumber(ARGV[9]) / 2)
local code
local stored = redis.call('HGET', KEYS[1], ARGV[8])
if stored then
  local old = cjson.decode(stored)
  local known = string.find(ARGV[10], ' ' .. old.key .. ' ', 1, true)
  if known and old.instead == fresh.instead and old.deadline - now > half then code = old end
end
if not code then
  code = fresh
  code.misses = 0
  code.deadline = now + tonumber(ARGV[9])
end

-- The key lives as long as the longest-lived code in it; the others are dropped when their time is over.
local last = code.deadline
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local deadline = cjson.decode(fields[i + 1]).deadline
  if deadline <= now then
    redis.call('HDEL', KEYS[1], fields[i])
  elseif fields[i] ~= ARGV[8] then
    last = math.max(last, deadline)
  end
end
redis.call('HSET', KEYS[1], ARGV[8], cjson.encode(code))
redis.call('PEXPIREAT', KEYS[1], last)

local function count_in_window(key, window)
  redis.call('ZADD', key, now, fresh.nonce)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  redis.call('PEXPIRE', key, window)
end
local function count(key, window)
  if redis.call('INCR', key) == 1 then redis.call('PEXPIRE', key, window) end
end
redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])
count_in_window(KEYS[3], DAY)
if ARGV[6] ~= '0' then count_in_window(KEYS[7], HOUR) end
if ARGV[5] ~= '0' then count(KEYS[4], MINUTE) end
for i = 1, tonumber(ARGV[7]) do count(KEYS[7 + i], ARGV[12 + 2 * i]) end

local message = cjson.decode(ARGV[12])
message.nonce, message.key, message.deadline = code.nonce, code.key, code.deadline
redis.call('XADD', KEYS[5], '*', 'message', cjson.encode(message))
redis.call('PEXPIRE', KEYS[5], 2 * DAY)
return {'sent', code.deadline - now, code.nonce, code.key}
