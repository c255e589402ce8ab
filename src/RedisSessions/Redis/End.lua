-- Ends the sessions of a user.
-- KEYS[1] the index of the user's sessions
-- ARGV[1] the user; ARGV[2] the record that stays, or empty; ARGV[3] how many at most
-- Returns 0, 1 where more are left, or 2 where a record lies in another slot of a cluster; then the records that it ended.
-- One step from reading the index to the removal: a session that gets a new id between the two would outlive it. The keys
-- of the records are therefore not among KEYS. A cluster refuses them, and there each is ended by a command of its own.
local ended = {0}
for _, key in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    if key ~= ARGV[2] then
        if #ended > tonumber(ARGV[3]) then
            ended[1] = 1
            break
        end
        local fields = redis.pcall('HMGET', key, '@user', '@version', '@mark')
        if fields.err and string.find(fields.err, 'WRONGTYPE', 1, true) then
            fields = {}
        elseif fields.err and (string.find(fields.err, 'same slot', 1, true) or string.find(fields.err, 'non local key', 1, true)) then
            ended[1] = 2
            break
        elseif fields.err then
            return fields
        end
        local user, version, mark = unpack(fields)
        -- A record that names another key was put there by hand: it is ended with the rest.
        local own = (version or '') .. ':'
        local isForeign = mark and string.sub(mark, 1, #own) == own and mark ~= own .. string.sub(key, -11)
        if (user == ARGV[1] or isForeign) and redis.call('UNLINK', key) == 1 then
            ended[#ended + 1] = key
        end
        redis.call('ZREM', KEYS[1], key)
    end
end
return ended
