-- The answer to a right code was received: the code is used up.
-- KEYS: 1 the hash of open codes   ARGV: 1 the browser (field)   2 when it was taken, as Check.lua said
-- Returns 1; 0 where another code has come in its place.
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if not stored or cjson.decode(stored).taken ~= tonumber(ARGV[2]) then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])
