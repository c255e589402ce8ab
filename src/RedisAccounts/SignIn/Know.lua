-- Looks whether an account knows a browser.
-- KEYS  1 the account's known browsers (zset: hash of token -> expiry in ms)
-- ARGV  1 hash of the browser's token
-- Returns 1 if it does, 0 if not. Changes nothing.
local time = redis.call('TIME')
local expiry = redis.call('ZSCORE', KEYS[1], ARGV[1])
return expiry and tonumber(expiry) > time[1] * 1000 + math.floor(time[2] / 1000) and 1 or 0
