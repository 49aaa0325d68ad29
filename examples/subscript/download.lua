-- Downloads a page and reports how far it is. Arguments: host, port, path. Returns status and body.
local host, port, path = ...
local connection <close> = tcp.connect(host, port)
connection:write(("GET %s HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n\r\n"):format(path, host, port))

local head = ""
while not head:find("\r\n\r\n", 1, true) do
  head = head .. (connection:read(4096) or error("the server closed the connection before its headers were over"))
end
local headers, body = head:match("^(.-)\r\n\r\n(.*)$")
local status = tonumber(headers:match("^HTTP/1%.%d (%d+)"))
local length = tonumber(headers:lower():match("\r\ncontent%-length: (%d+)"))

local chunks, received = { body }, #body
while received < length do
  local chunk = connection:read(65536) or error(("only %d of %d bytes came"):format(received, length))
  chunks[#chunks + 1] = chunk
  received = received + #chunk
  UpdateProgress(received, length)
end
return status, table.concat(chunks)
