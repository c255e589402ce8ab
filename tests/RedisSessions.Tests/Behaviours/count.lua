-- For wrk: every thread counts in the one session of its own and keeps how many requests were answered with 200.
-- Arguments: one cookie for each thread. At the end prints "cookie answered refused other" line by line.
local threads = {}

function setup(thread)
    thread:set('number', #threads + 1)
    table.insert(threads, thread)
end

function init(args)
    cookie = args[number]
    answered, refused, other = 0, 0, 0
    wrk.headers['Cookie'] = 'ssw=' .. cookie
    count = wrk.format('GET', '/count')
end

function request()
    return count
end

function response(status, headers)
    -- A new cookie means that the counting went on in another session.
    if status == 200 and not headers['Set-Cookie'] then
        answered = answered + 1
    elseif status == 503 then
        refused = refused + 1
    else
        other = other + 1
    end
end

function done()
    for _, thread in ipairs(threads) do
        print('session', thread:get('cookie'), thread:get('answered'), thread:get('refused'), thread:get('other'))
    end
end
