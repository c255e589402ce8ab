-- Adds an event about a session to the stream that inspectors read.
-- KEYS[1] the stream
-- ARGV[1] about how many events to keep; ARGV[2] how long to keep them after the last, in ms
-- ARGV[3] kind; ARGV[4] public id; ARGV[5] public id before, or ''; ARGV[6] user, or ''
-- Returns the event's id in the stream, which starts with the time in ms.
-- One step, so that the stream is never without a TTL.
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*',
    'kind', ARGV[3], 'id', ARGV[4], 'previous', ARGV[5], 'user', ARGV[6])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return id
