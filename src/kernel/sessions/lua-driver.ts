/**
 * The script that a Lua session is: it asks its host for one piece of code after the other and runs them with the same globals.
 * What it needs it holds in locals, so no piece can take it away.
 */
export const LUA_DRIVER = `
local load, pcall, xpcall, tostring, type, pairs = load, pcall, xpcall, tostring, type, pairs
local traceback, pack, unpack = debug.traceback, table.pack, table.unpack
local gsub, find = string.gsub, string.find
local given = functions
local take = given.take
functions = nil
artifact = {}
for name, host in pairs(given) do
  local key = gsub(name, '^artifact_', '')
  if key ~= name then artifact[key] = host end
end
given = nil

local function describe(thrown)
  local text = type(thrown) == 'table' and type(thrown.message) == 'string' and thrown.message or tostring(thrown)
  return { message = text, code = type(thrown) == 'table' and thrown.code or nil, traceback = traceback('', 2) }
end

local function compile(piece)
  local chunk = load('return ' .. piece.code, '=' .. piece.name, 't')
  if chunk then return chunk end
  return load(piece.code, '=' .. piece.name, 't')
end

local function run(piece)
  local chunk, syntax = compile(piece)
  if not chunk then return { kind = 'syntax', message = syntax } end
  local results = pack(xpcall(chunk, describe, unpack(piece.args, 1, piece.count)))
  if not results[1] then
    local thrown = results[2]
    -- Lua calls no handler when memory is what is missing.
    if type(thrown) ~= 'table' then thrown = { message = tostring(thrown) } end
    thrown.kind = 'thrown'
    return thrown
  end
  if results.n <= 2 then return { kind = 'value', value = results[2] } end
  return { kind = 'value', value = { unpack(results, 2, results.n) } }
end

local report = { kind = 'ready' }
while true do
  local ok, piece = pcall(take, report)
  if not ok then
    report = describe(piece)
    report.kind = 'thrown'
    report.traceback = nil
  elseif piece == nil then
    return
  else
    report = run(piece)
  end
end
`;
