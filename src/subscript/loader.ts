import { MOST_VALUES } from './plain-value.js';

/**
 * The chunk that runs a sub-script's text: makes the listed functions global, lets only plain values through in either direction, and
 * gives the results as `{ n, values }`. Its arguments: the text, then how many arguments the text gets, and these.
 */
export const LOADER = `
local text, count, args = ...
local type, error, pack, unpack = type, error, table.pack, table.unpack
local plain = { ["nil"] = true, boolean = true, number = true, string = true }
local function check(what, values)
  if values.n > ${MOST_VALUES} then error(what:format(values.n) .. " is one too many; at most ${MOST_VALUES} cross", 3) end
  for i = 1, values.n do
    local kind = type(values[i])
    if not plain[kind] then
      error(what:format(i) .. " is a " .. kind .. "; only nil, booleans, numbers and strings cross", 3)
    end
  end
end
for name, call in pairs(functions) do
  _G[name] = function(...)
    check("argument %d of " .. name, pack(...))
    local results = call(...)
    return unpack(results.values, 1, results.n)
  end
end
for name, send in pairs(events) do
  _G[name] = function(...)
    check("argument %d of " .. name, pack(...))
    send(...)
  end
end
functions, events = nil, nil
local chunk, message = load(text, "@script", "t")
if chunk == nil then error(message, 0) end
local results = pack(chunk(unpack(args, 1, count)))
check("result %d", results)
local n = results.n
results.n = nil
return { n = n, values = results }
`;
