-- Deletes an account and everything that leads to it, if nobody else has changed it.
-- KEYS  1 the record  2 its name's key  3 its address' key  4 its number's key  5 its known browsers
--       6 its failed sign-ins
-- ARGV  1 concurrency stamp expected  2 normalised name so far  3 normalised address so far, '' for none
--       4 confirmed number so far, '' for none
-- Returns {'ok'}; {'stamp'} if changed or deleted by another caller;
--       {'keys', name, address, number} if one of them is another than the caller assumed.
-- One step, because a key that leads nowhere would keep a name taken for good.
local record = redis.call('HMGET', KEYS[1], 'stamp', 'name_key', 'email_key', 'phone', 'phone_ok')
if record[1] ~= ARGV[1] then
    return { 'stamp' }
end
local name, email, phone = record[2] or '', record[3] or '', record[5] and record[4] or ''
if name ~= ARGV[2] or email ~= ARGV[3] or phone ~= ARGV[4] then
    return { 'keys', name, email, phone }
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[5], KEYS[6])
if email ~= '' then
    redis.call('DEL', KEYS[3])
end
if phone ~= '' then
    redis.call('DEL', KEYS[4])
end
return { 'ok' }
