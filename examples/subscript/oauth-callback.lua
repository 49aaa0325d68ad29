-- Waits for the one request that a browser makes at the end of an OAuth login. Argument: the state that was sent along.
-- Returns the code. Other requests (a favicon, somebody who guesses) are turned away and change nothing.
local expected = ...
local listener <close> = tcp.listen("127.0.0.1", 0)
OpenBrowser(("http://127.0.0.1:%d/callback"):format(listener:address().port))

local function answer(connection, status, text)
  connection:write(("HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s")
    :format(status, #text, text))
  connection:close()
end

local function readRequest(connection)
  local request = ""
  while #request < 8192 and not request:find("\r\n\r\n", 1, true) do
    local chunk = connection:read(4096)
    if chunk == nil then break end
    request = request .. chunk
  end
  return request:match("^GET (%S+) HTTP/1")
end

while true do
  local connection = listener:accept()
  local target = readRequest(connection) or ""
  local query = target:match("^/callback%?(.*)$")
  local values = {}
  for name, value in (query or ""):gmatch("([^&=]+)=([^&]*)") do
    values[name] = value:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  end
  if query == nil then
    answer(connection, "404 Not Found", "<p>There is nothing here.</p>")
  elseif values.state ~= expected then
    answer(connection, "403 Forbidden", "<p>This login was not started here.</p>")
  else
    answer(connection, "200 OK", "<p>You are logged in and can close this window.</p>")
    return values.code
  end
end
