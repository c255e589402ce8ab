-- wrk -s collect.lua URL -- FILE COUNT: asks until COUNT cookies were set, and writes them to FILE, one a line.
local file, wanted, cookies

function init(args)
  file, wanted, cookies = args[1], tonumber(args[2]), {}
end

function response(_, headers)
  local cookie = headers['Set-Cookie'] or headers['set-cookie']
  if cookie then
    cookies[#cookies + 1] = cookie:match('^[^;]+')
  end
  if #cookies >= wanted then
    local out = io.open(file .. '.part', 'w')
    out:write(table.concat(cookies, '\n'), '\n')
    out:close()
    os.rename(file .. '.part', file)
    wanted = math.huge
  end
end
