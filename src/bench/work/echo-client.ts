/** Lua: connects to a port, sends a text, waits for it to come back and returns it. */
export const ECHO_CLIENT = `
  local port, text = ...
  local c = tcp.connect("127.0.0.1", port)
  c:write(text)
  local got = c:read(#text)
  while #got < #text do got = got .. c:read(#text - #got) end
  c:close()
  return got`;
