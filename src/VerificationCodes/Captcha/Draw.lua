-- Whether a picture may be drawn: drawing costs the server more than asking does its client. One step, so that many requests
-- at once cannot all see room.
-- KEYS: 1 the captcha, whose value counts its drawings   2 the client's counter (repeats key 1 where there is no client)
-- ARGV: 1 drawings of a captcha   2 pictures per client and minute (0: no client)
-- Returns 1, or 0: there is no such captcha any more, or it or its client has had its pictures.
local MINUTE = 60000
local drawn = redis.call('GET', KEYS[1])
if not drawn or tonumber(drawn) >= tonumber(ARGV[1]) then return 0 end
if ARGV[2] ~= '0' then
  if tonumber(redis.call('GET', KEYS[2]) or 0) >= tonumber(ARGV[2]) then return 0 end
  if redis.call('INCR', KEYS[2]) == 1 then redis.call('PEXPIRE', KEYS[2], MINUTE) end
end
redis.call('INCR', KEYS[1])
return 1
