-- Decides whether a password may be tried now, and counts the try as failed.
-- KEYS  1 the account's known browsers (zset: hash of token -> expiry in ms)
--       2 failures of this browser  3 of the account from this network
--       4 of the account from all unknown browsers  5 of the network over all accounts
-- ARGV  1 hash of the browser's token, or ''  2 free failures for keys 2 and 3  3 for key 4  4 for key 5
--       5 first wait  6 longest wait of keys 2 and 3  7 longest wait of keys 4 and 5, in ms
-- Returns {ms to wait, 0 if allowed; 1 if the browser is known}.
-- One step, because a hundred parallel tries must not all see the same count.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local first, long, shared = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

local expiry = ARGV[1] ~= '' and redis.call('ZSCORE', KEYS[1], ARGV[1])
local known = expiry and tonumber(expiry) > now or false
local budgets
if known then
    budgets = { { KEYS[2], tonumber(ARGV[2]), long } }
else
    budgets = {
        { KEYS[3], tonumber(ARGV[2]), long },
        { KEYS[4], tonumber(ARGV[3]), shared },
        { KEYS[5], tonumber(ARGV[4]), shared },
    }
end

local wait = 0
for _, budget in ipairs(budgets) do
    wait = math.max(wait, (tonumber(redis.call('HGET', budget[1], 'next')) or 0) - now)
end
if wait > 0 then
    return { wait, known and 1 or 0 }
end

for _, budget in ipairs(budgets) do
    local key, free, max = budget[1], budget[2], budget[3]
    local failures = tonumber(redis.call('HGET', key, 'failures')) or 0
    local since = tonumber(redis.call('HGET', key, 'since')) or now
    -- One failure is forgotten after each longest wait.
    local forgotten = math.min(failures, math.floor((now - since) / max))
    failures = failures - forgotten
    since = failures == 0 and now or since + forgotten * max
    failures = failures + 1
    local delay = failures < free and 0 or math.min(max, first * 2 ^ (failures - free))
    redis.call('HSET', key, 'failures', failures, 'since', string.format('%.0f', since),
        'next', string.format('%.0f', now + delay))
    redis.call('PEXPIRE', key, string.format('%.0f', failures * max))
end
return { 0, known and 1 or 0 }
