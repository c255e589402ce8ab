-- Gives a worker its next messages: those of a lost reply, those whose next try is due, those that a dead worker left
-- behind, then new ones. One step, so that a message moving from "later" to "now" is never in neither place.
-- KEYS: 1 the outbox (stream)   2 delayed messages (sorted set by due time)
-- ARGV: 1 group   2 consumer   3 how many at most   4 ms after which another worker's message counts as left behind
--       5... only after a reply was lost: 'lost', and the ids that the worker holds
-- Returns {now in ms, {id, message, deliveries, ...}}
local DAY = 86400000
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wanted = tonumber(ARGV[3])

local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, wanted)
for _, message in ipairs(due) do
  -- Removed first: after a write that frees memory, Redis lets the other one pass maxmemory, and a full server gets
  -- rid of its messages.
  redis.call('ZREM', KEYS[2], message)
  redis.call('XADD', KEYS[1], '*', 'message', message)
  redis.call('PEXPIRE', KEYS[1], 2 * DAY)
end
if redis.call('EXISTS', KEYS[1]) == 0 then return {now, {}} end
-- Answers BUSYGROUP except the first time.
redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0')

local taken = {}
-- Before Redis 7, an entry that was deleted while pending comes back as null.
local function take(entry, deliveries)
  if not entry then return end
  taken[#taken + 1] = entry[1]
  taken[#taken + 1] = entry[2][2]
  taken[#taken + 1] = deliveries
end
if ARGV[5] == 'lost' then
  local held = {}
  for i = 6, #ARGV do held[ARGV[i]] = true end
  for _, own in ipairs(redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', wanted + #ARGV, ARGV[2])) do
    if not held[own[1]] and #taken / 3 < wanted then
      -- No worker has died over it: the count of deliveries stays.
      take(redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, own[1], 'RETRYCOUNT', own[4])[1], own[4])
    end
  end
end
local left = #taken / 3 < wanted
  and redis.call('XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[4], '0', 'COUNT', wanted - #taken / 3) or {0, {}}
for _, entry in ipairs(left[2]) do
  local pending = entry and redis.call('XPENDING', KEYS[1], ARGV[1], entry[1], entry[1], 1)
  take(entry, pending and pending[1] and pending[1][4] or 1)
end
local room = wanted - #taken / 3
if room > 0 then
  local new = redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', room, 'STREAMS', KEYS[1], '>')
  if new then
    for _, entry in ipairs(new[1][2]) do take(entry, 1) end
  end
end
return {now, taken}
