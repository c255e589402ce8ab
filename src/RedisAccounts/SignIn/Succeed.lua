-- Gives back the cost of a try that had the right password, or was not compared at all.
-- KEYS  1 failures of this browser  2 of the account from this network
--       3 of the account from all unknown browsers  4 of the network over all accounts
-- ARGV  1 1 if the browser was known when the try began  2 free failures of key 3  3 of key 4
--       4 free failures of keys 1 and 2 where the try was not compared; '' where it was right, which clears them
-- Returns 1.
-- One step, because a count must not change between reading and writing it.

-- The shared budgets get back this one try only: a stranger's failures stay counted.
local function refund(key, free)
    local failures = tonumber(redis.call('HGET', key, 'failures'))
    if not failures then
        return
    end
    if failures <= 1 then
        redis.call('DEL', key)
        return
    end
    redis.call('HSET', key, 'failures', failures - 1)
    if failures - 1 < free then
        redis.call('HSET', key, 'next', 0)
    end
end

local own = ARGV[1] == '1' and KEYS[1] or KEYS[2]
if ARGV[4] == '' then
    redis.call('DEL', own)
else
    refund(own, tonumber(ARGV[4]))
end
if ARGV[1] ~= '1' then
    refund(KEYS[3], tonumber(ARGV[2]))
    refund(KEYS[4], tonumber(ARGV[3]))
end
return 1
