-- Makes a browser known to an account.
-- KEYS  1 the account's known browsers (zset: hash of token -> expiry in ms)
-- ARGV  1 hash of the token the browser has, or ''  2 hash of a fresh token  3 how long to remember, in ms
-- Returns 1 if the browser keeps its token, 0 if the fresh one is in force.
-- One step, because the set, its expiry and its size belong together. At most 20 browsers, the latest.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local expiry = ARGV[1] ~= '' and redis.call('ZSCORE', KEYS[1], ARGV[1])
local kept = expiry and tonumber(expiry) > now or false
-- First the write that needs memory: once something was deleted, Redis would let it pass maxmemory.
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[3]), kept and ARGV[1] or ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -21)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return kept and 1 or 0
