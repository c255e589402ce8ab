-- Deletes an account and everything that leads to it, if nobody else has changed it.
-- KEYS  1 the record  2 its name's key  3 its address' key  4 its known browsers  5 its failed sign-ins
-- ARGV  1 concurrency stamp expected  2 normalised name so far  3 normalised address so far, '' for none
-- Returns {'ok'}; {'stamp'} if changed or deleted by somebody else;
--       {'keys', name, address} if the name or address is another than the caller assumed.
-- One step, because a key that leads nowhere would keep a name taken for good.
local record = redis.call('HMGET', KEYS[1], 'stamp', 'name_key', 'email_key')
if record[1] ~= ARGV[1] then
    return { 'stamp' }
end
local name, email = record[2] or '', record[3] or ''
if name ~= ARGV[2] or email ~= ARGV[3] then
    return { 'keys', name, email }
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[4], KEYS[5])
if email ~= '' then
    redis.call('DEL', KEYS[3])
end
return { 'ok' }
