-- COOKIES=FILE wrk -s rotate.lua URL: each request carries the next of the cookies in FILE, in an order without a
-- pattern.
local requests = {}
local at = 0

function init()
  for line in io.lines(os.getenv('COOKIES')) do
    requests[#requests + 1] = wrk.format('GET', nil, { ['Cookie'] = line })
  end
end

function request()
  -- A step that is prime to the count visits all of them before any comes again.
  at = (at + 7919) % #requests
  return requests[at + 1]
end
