-- Makes an account, unless its name, address or confirmed number is taken.
-- KEYS  1 the record  2 the name's key  3 the address' key  4 the number's key
-- ARGV  1 id  2 concurrency stamp  3 1 if there is an address, else 0  4 1 if there is a confirmed number, else 0
--       5... field, value, of the record
-- Returns {'ok', ms since 1970 when it was made}, or {'taken', what is taken ...}: 'id', 'name', 'email', 'phone'.
-- One step, because between looking and writing another could take the name.
local taken = { 'taken' }
if redis.call('EXISTS', KEYS[1]) == 1 then
    table.insert(taken, 'id')
end
if redis.call('EXISTS', KEYS[2]) == 1 then
    table.insert(taken, 'name')
end
if ARGV[3] == '1' and redis.call('EXISTS', KEYS[3]) == 1 then
    table.insert(taken, 'email')
end
if ARGV[4] == '1' and redis.call('EXISTS', KEYS[4]) == 1 then
    table.insert(taken, 'phone')
end
if #taken > 1 then
    return taken
end

local time = redis.call('TIME')
local created = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'stamp', ARGV[2], 'created', created, unpack(ARGV, 5))
redis.call('SET', KEYS[2], ARGV[1])
if ARGV[3] == '1' then
    redis.call('SET', KEYS[3], ARGV[1])
end
if ARGV[4] == '1' then
    redis.call('SET', KEYS[4], ARGV[1])
end
return { 'ok', created }
