-- Reads an entry of the distributed cache and lets its sliding expiry start anew.
-- KEYS[1] the entry; ARGV[1] '1': its data is wanted
-- Returns the data (or 1 where it is not wanted), nil where there is no entry.
-- One step and one round trip. Times are .NET ticks, beyond what a Lua number holds exactly: their last four digits are
-- below a millisecond and are cut off as text.
local entry = redis.call('HMGET', KEYS[1], 'absexp', 'sldexp', ARGV[1] == '1' and 'data' or 'sldexp')
local sliding = entry[2] and entry[2] ~= '-1' and tonumber(string.sub(entry[2], 1, -5))
if sliding then
    local ttl = sliding
    if entry[1] and entry[1] ~= '-1' then
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local absolute = tonumber(string.sub(entry[1], 1, -5)) - 62135596800000 -- from the year 1 to 1970
        ttl = math.min(ttl, absolute - now)
    end
    if ttl > 0 then
        redis.call('PEXPIRE', KEYS[1], ttl)
    end
end
if ARGV[1] == '1' then
    return entry[3]
end
return entry[2] and 1
