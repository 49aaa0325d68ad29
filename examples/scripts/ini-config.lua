-- Reads the settings of a service from an INI file, one character at a time, with a state machine:
-- comments, quoted strings with escapes, continued lines, `[section "name"]`, and values that use
-- others as ${section.key}.
-- Shows: a table of functions as a state machine, error() with a place, recursion with a cycle check.

local text = ...

local ESCAPES = { n = "\n", t = "\t", ["\\"] = "\\", ['"'] = '"' }

--- Splits the text into sections of raw values: sections[section][key].
local function parse(input)
  local sections, order = { [""] = {} }, { "" }
  local section, key, value, line = "", "", "", 1
  local states = {}

  local function fail(message) error(string.format("line %d: %s", line, message), 0) end

  local function trimmed(part) return part:match("^%s*(.-)%s*$") end

  local function open_section()
    local name, label = trimmed(key):match('^(%a+)%s*"([^"]*)"$')
    section = name and name .. ":" .. label or trimmed(key)
    if sections[section] then fail("section [" .. section .. "] is there already") end
    sections[section] = {}
    order[#order + 1] = section
  end

  local function store()
    local name = trimmed(key)
    if not name:match("^[%w_]+$") then fail("no key: " .. name) end
    if sections[section][name] then fail("key " .. name .. " is there already") end
    sections[section][name] = trimmed(value)
  end

  -- Each state takes a character and returns the next state. A line's end is a character too.
  function states.start(char)
    key, value = "", ""
    if char:match("%s") then return "start" end
    if char == ";" or char == "#" then return "comment" end
    if char == "[" then return "header" end
    key = char
    return "key"
  end
  function states.comment(char)
    return char == "\n" and "start" or "comment"
  end
  function states.header(char)
    if char == "\n" then fail("a section without ]") end
    if char == "]" then
      open_section()
      return "comment"
    end
    key = key .. char
    return "header"
  end
  function states.key(char)
    if char == "\n" then fail("a key without =") end
    if char == "=" then return "value" end
    key = key .. char
    return "key"
  end
  function states.value(char)
    if char == "\n" or char == ";" then
      store()
      return char == ";" and "comment" or "start"
    end
    if char == '"' then return "quoted" end
    if char == "\\" then return "continued" end
    value = value .. char
    return "value"
  end
  function states.continued(char)
    if char ~= "\n" then fail("\\ has to be the last character of its line") end
    value = trimmed(value) .. " "
    return "indent"
  end
  function states.indent(char)
    if char == " " or char == "\t" then return "indent" end
    return states.value(char)
  end
  function states.quoted(char)
    if char == "\n" then fail("a string without its closing quote") end
    if char == '"' then return "value" end
    if char == "\\" then return "escape" end
    value = value .. char
    return "quoted"
  end
  function states.escape(char)
    if not ESCAPES[char] then fail("\\" .. char .. " is no escape") end
    value = value .. ESCAPES[char]
    return "quoted"
  end

  local state = "start"
  for char in (input .. "\n"):gmatch(".") do
    state = states[state](char)
    if char == "\n" then line = line + 1 end
  end
  return sections, order
end

--- The value of a key with every ${...} in it filled in.
local function resolve(sections, section, key, trail)
  local name = section .. "." .. key
  local raw = sections[section] and sections[section][key]
  if not raw then error("${" .. name .. "} is not set", 0) end
  if trail[name] then error("${" .. name .. "} uses itself", 0) end
  trail[name] = true
  local resolved = raw:gsub("%${([^}]*)}", function(reference)
    local other, other_key = reference:match("^([^.]*)%.(.+)$")
    return resolve(sections, other or section, other_key or reference, trail)
  end)
  trail[name] = nil
  return resolved
end

local SECONDS = { ms = 0.001, s = 1, m = 60, h = 3600 }
local SWITCHES = { yes = true, on = true, no = false, off = false }

--- A number, a duration in seconds, a size in bytes, a switch, or the text itself.
local function typed(value)
  if SWITCHES[value] ~= nil then return SWITCHES[value] end
  local amount, unit = value:match("^(%d+)(%a+)$")
  if unit == "kb" then return tonumber(amount) * 1024 end
  if SECONDS[unit] then return tonumber(amount) * SECONDS[unit] end
  return tonumber(value) or value
end

local sections, order = parse(text)
local settings, kinds, count = {}, {}, 0
for _, section in ipairs(order) do
  local values = {}
  for key in pairs(sections[section]) do
    values[key] = typed(resolve(sections, section, key, {}))
    kinds[type(values[key])] = (kinds[type(values[key])] or 0) + 1
    count = count + 1
  end
  settings[section == "" and "general" or section] = values
end

-- What is wrong in a file must be told with its line; what uses itself must not loop.
local ok, message = pcall(parse, '[a]\nx = "open\n')
assert(not ok and message == "line 2: a string without its closing quote", message)
ok, message = pcall(resolve, { a = { x = "${y}", y = "${x}" } }, "a", "x", {})
assert(not ok and message == "${a.x} uses itself", message)

print(string.format("%d settings in %d sections: %d numbers, %d switches, %d texts",
  count, #order, kinds.number, kinds.boolean, kinds.string))
print("  server.base_url           " .. settings.server.base_url)
print("  server.keep_alive         " .. settings.server.keep_alive .. " s")
print("  server.max_body           " .. settings.server.max_body .. " bytes")
print("  database.timeout          " .. settings.database.timeout .. " s")
print("  queue scans, dead_letter  " .. settings["queue:scans"].dead_letter)
print("  logging.format            " .. settings.logging.format)
print(string.format("  logging.banner            %s", settings.logging.banner:gsub("\n", "\\n")))

return settings
