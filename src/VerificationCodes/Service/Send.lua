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
--       13 the network that asks, or '-'   14 the known browser that asks, or '-'
--       15 up to how many messages of 24 h a network may cause one that has caused none of them   16 and a known browser
--       17 how many of these a known browser may cause   18 and a known browser from one network
--       19... of each further counter: its limit, its window in ms
-- Returns {'sent', ms of life left, nonce, key name} or {reason, ms to wait}; reasons: 'captcha-expired',
-- 'captcha-wrong', 'too-soon', 'address-limit', 'client-limit', 'busy'
local MINUTE, HOUR, DAY = 60000, 3600000, 86400000
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Changes nothing. Redis refuses a script that would pass maxmemory at its first write that may need memory, and only
-- if nothing was written before: without this line, deleting the captcha would open the door to all that follows.
redis.call('ZADD', KEYS[3], 'XX', 0, '')

-- Redeemed first, and gone in any case: a captcha is worth one decision.
if ARGV[1] ~= 'off' then
  if redis.call('DEL', KEYS[6]) == 0 then return {'captcha-expired', 0} end
  if ARGV[1] == 'wrong' then return {'captcha-wrong', 0} end
end

-- Of all the limits that refuse, the one that lasts longest is returned: after a shorter wait another would refuse.
local reason, wait = nil, 0
local function refuse(why, ms)
  if ms > wait then reason, wait = why, ms end
end
local function wait_for_window(times, limit, window)
  local oldest = times[#times - limit + 1]
  return oldest and math.max(0, oldest + window - now) or 0
end
local function wait_for_counter(key, limit)
  if tonumber(redis.call('GET', key) or 0) >= limit then return redis.call('PTTL', key) end
  return 0
end

-- The address's messages of a day; each is named by a nonce, the network, and the browser whose reserve it was taken from.
local network, browser = ARGV[13], ARGV[14]
local is_known = browser ~= '-'
local all, of_network, of_browser, of_both = {}, {}, {}, {}
local sends = redis.call('ZRANGEBYSCORE', KEYS[3], now - DAY + 1, '+inf', 'WITHSCORES')
for i = 1, #sends, 2 do
  local at, from, by = tonumber(sends[i + 1]), string.match(sends[i], ' (%S+) (%S+)$')
  table.insert(all, at)
  if from == network then table.insert(of_network, at) end
  if by == browser then table.insert(of_browser, at) end
  if from == network and by == browser then table.insert(of_both, at) end
end
local is_fresh = network ~= '-' and #of_network == 0

-- Anyone may fill the day's budget up to a level; what lies above it is for those who are more likely the owner.
local wait_of_all = math.max(wait_for_window(all, tonumber(ARGV[3]), HOUR), wait_for_window(all, tonumber(ARGV[4]), DAY))
if network ~= '-' then
  local wait_of_fresh = math.max(wait_for_window(of_network, 1, DAY), wait_for_window(all, tonumber(ARGV[15]), DAY))
  wait_of_all = math.min(wait_of_all, wait_of_fresh)
end
local wait_of_known = is_known and math.max(
  wait_for_window(all, tonumber(ARGV[16]), DAY),
  wait_for_window(of_browser, tonumber(ARGV[17]), DAY),
  wait_for_window(of_both, tonumber(ARGV[18]), DAY)) or wait_of_all

refuse('too-soon', redis.call('PTTL', KEYS[2]))
refuse('address-limit', math.min(wait_of_all, wait_of_known))
-- A known browser is not kept waiting by its neighbours behind one address; the address's budget binds it all the same.
if ARGV[6] ~= '0' and not is_known then
  local oldest = redis.call('ZRANGE', KEYS[7], -ARGV[6], -ARGV[6], 'WITHSCORES')
  if oldest[2] then refuse('client-limit', oldest[2] + HOUR - now) end
end
if ARGV[5] ~= '0' then refuse('busy', wait_for_counter(KEYS[4], tonumber(ARGV[5]))) end
for i = 1, tonumber(ARGV[7]) do refuse('busy', wait_for_counter(KEYS[7 + i], tonumber(ARGV[17 + 2 * i]))) end
if reason then return {reason, wait} end

-- A code in the first half of its life is sent again; a decoy stays a decoy and a real one real, or a new one is made. One
-- whose last try is kept for another network stays to its last minute: a stranger's question does not take the owner's
-- code away.
local fresh = cjson.decode(ARGV[11])
local half = math.floor(tonumber(ARGV[9]) / 2)
local code, old
local stored = redis.call('HGET', KEYS[1], ARGV[8])
if stored then
  old = cjson.decode(stored)
  if old.deadline <= now or old.taken then old = nil end
end
if old and old.instead == fresh.instead and string.find(ARGV[10], ' ' .. old.key .. ' ', 1, true) then
  local is_kept = old.own == 1 and old.network and old.network ~= network and not is_fresh
  if old.deadline - now > (is_kept and MINUTE or half) then code = old end
end
if not code then
  code = fresh
  code.misses = 0
  code.deadline = now + tonumber(ARGV[9])
end
-- One answer that no stranger can use up, for a requester let in as a fresh network or a known browser.
if is_fresh or is_known then
  code.own = 1
  code.network = ARGV[8] == '-' and network or nil
elseif old then
  code.own, code.network = old.own, old.network
end
if is_known or old and old.known then code.known = 1 end

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

-- Before anything is counted: what cannot be queued spends no budget.
local message = cjson.decode(ARGV[12])
message.nonce, message.key, message.deadline = code.nonce, code.key, code.deadline
redis.call('XADD', KEYS[5], '*', 'message', cjson.encode(message))
redis.call('PEXPIRE', KEYS[5], 2 * DAY)

local function count_in_window(key, window, member)
  redis.call('ZADD', key, now, member)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  redis.call('PEXPIRE', key, window)
end
local function count(key, window)
  if redis.call('INCR', key) == 1 then redis.call('PEXPIRE', key, window) end
end
redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])
local from_reserve = is_known and wait_of_all > 0
count_in_window(KEYS[3], DAY, table.concat({fresh.nonce, network, from_reserve and browser or '-'}, ' '))
if ARGV[6] ~= '0' then count_in_window(KEYS[7], HOUR, fresh.nonce) end
if ARGV[5] ~= '0' then count(KEYS[4], MINUTE) end
for i = 1, tonumber(ARGV[7]) do count(KEYS[7 + i], ARGV[18 + 2 * i]) end
return {'sent', code.deadline - now, code.nonce, code.key}
