-- Replaces an account's fields, and moves its name and address, if nobody else has changed it or taken those.
-- KEYS  1 the record  2 its name's key so far  3 the new one's  4 its address' key so far  5 the new one's
-- ARGV  1 id  2 concurrency stamp expected  3 the next one  4 normalised name so far  5 new
--       6 normalised address so far, '' for none  7 new  8 how many fields are set  9... field, value;
--       then the fields to remove
-- Returns {'ok'}; {'stamp'} if changed or deleted by somebody else; {'taken', 'name' and/or 'email'};
--       {'keys', name, address} if the name or address so far is another than the caller assumed.
-- One step, because the record and the two keys that lead to it change together or not at all.
local record = redis.call('HMGET', KEYS[1], 'stamp', 'name_key', 'email_key')
if record[1] ~= ARGV[2] then
    return { 'stamp' }
end
local name, email = record[2] or '', record[3] or ''
if name ~= ARGV[4] or email ~= ARGV[6] then
    return { 'keys', name, email }
end

local moves_name, moves_email = ARGV[4] ~= ARGV[5], ARGV[6] ~= ARGV[7]
local taken = { 'taken' }
if moves_name and redis.call('EXISTS', KEYS[3]) == 1 then
    table.insert(taken, 'name')
end
if moves_email and ARGV[7] ~= '' and redis.call('EXISTS', KEYS[5]) == 1 then
    table.insert(taken, 'email')
end
if #taken > 1 then
    return taken
end

local last = 8 + 2 * ARGV[8]
redis.call('HSET', KEYS[1], 'stamp', ARGV[3], unpack(ARGV, 9, last))
if #ARGV > last then
    redis.call('HDEL', KEYS[1], unpack(ARGV, last + 1))
end
if moves_name then
    redis.call('DEL', KEYS[2])
    redis.call('SET', KEYS[3], ARGV[1])
end
if moves_email then
    if ARGV[6] ~= '' then
        redis.call('DEL', KEYS[4])
    end
    if ARGV[7] ~= '' then
        redis.call('SET', KEYS[5], ARGV[1])
    end
end
return { 'ok' }
