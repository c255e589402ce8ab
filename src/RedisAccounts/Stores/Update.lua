-- Replaces an account's fields, and moves its name, address and confirmed number, if nobody else has changed it or
-- taken those.
-- KEYS  1 the record  2 its name's key so far  3 the new one's  4 its address' key so far  5 the new one's
--       6 its number's key so far  7 the new one's
-- ARGV  1 id  2 concurrency stamp expected  3 the next one  4 normalised name so far  5 new
--       6 normalised address so far, '' for none  7 new  8 confirmed number so far, '' for none  9 new
--       10 how many fields are set  11... field, value; then the fields to remove
-- Returns {'ok'}; {'stamp'} if changed or deleted by another caller; {'taken', 'name', 'email' and/or 'phone'};
--       {'keys', name, address, number} if one of them so far is another than the caller assumed.
-- One step, because the record and the keys that lead to it change together or not at all.
local record = redis.call('HMGET', KEYS[1], 'stamp', 'name_key', 'email_key', 'phone', 'phone_ok')
if record[1] ~= ARGV[2] then
    return { 'stamp' }
end
local name, email, phone = record[2] or '', record[3] or '', record[5] and record[4] or ''
if name ~= ARGV[4] or email ~= ARGV[6] or phone ~= ARGV[8] then
    return { 'keys', name, email, phone }
end

local moves = {
    { 'name', KEYS[2], KEYS[3], ARGV[4], ARGV[5] },
    { 'email', KEYS[4], KEYS[5], ARGV[6], ARGV[7] },
    { 'phone', KEYS[6], KEYS[7], ARGV[8], ARGV[9] },
}
local taken = { 'taken' }
for _, move in ipairs(moves) do
    local what, _, to, before, after = unpack(move)
    if before ~= after and after ~= '' and redis.call('EXISTS', to) == 1 then
        table.insert(taken, what)
    end
end
if #taken > 1 then
    return taken
end

local last = 10 + 2 * ARGV[10]
redis.call('HSET', KEYS[1], 'stamp', ARGV[3], unpack(ARGV, 11, last))
if #ARGV > last then
    redis.call('HDEL', KEYS[1], unpack(ARGV, last + 1))
end
for _, move in ipairs(moves) do
    local _, from, to, before, after = unpack(move)
    if before ~= after and before ~= '' then
        redis.call('DEL', from)
    end
    if before ~= after and after ~= '' then
        redis.call('SET', to, ARGV[1])
    end
end
return { 'ok' }
