-- Makes a captcha, unless its client has had as many as it may in a minute. One step, so that many requests at once
-- cannot all see room.
-- KEYS: 1 the captcha, whose value counts its drawings   2 the client's counter (repeats key 1 where there is no client)
-- ARGV: 1 life of the captcha in ms   2 captchas per client and minute (0: no client)
-- Returns 0, or the ms until another one may be made.
local MINUTE = 60000
if ARGV[2] ~= '0' then
  if tonumber(redis.call('GET', KEYS[2]) or 0) >= tonumber(ARGV[2]) then return math.max(1, redis.call('PTTL', KEYS[2])) end
  if redis.call('INCR', KEYS[2]) == 1 then redis.call('PEXPIRE', KEYS[2], MINUTE) end
end
redis.call('SET', KEYS[1], '0', 'PX', ARGV[1])
return 0
