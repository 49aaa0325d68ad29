-- Conway's game of life, started from the glider gun that Bill Gosper found in 1970. The gun fires
-- one glider (five cells) every 30 generations, so the population tells whether the rules are right.
-- Shows: a run-length decoder, sparse sets in tables, drawing with table.concat.

local text = ...

local PERIOD = 30
local SHOTS = 8
local DRAWN = 2 -- the picture is of the moment after this shot
local WIDTH = 1 << 16 -- a cell is one number: y * WIDTH + x

--- Reads the run-length format: counts, `b` for dead, `o` for alive, `$` for the end of a row.
local function read_pattern(rle)
  local body = rle:gsub("#[^\n]*\n", ""):gsub("^x[^\n]*\n", "")
  local cells = {}
  local x, y = WIDTH // 2, WIDTH // 2
  for count, what in body:gmatch("(%d*)([bo$])") do
    local run = tonumber(count) or 1
    if what == "$" then
      x, y = WIDTH // 2, y + run
    else
      if what == "o" then
        for i = 0, run - 1 do cells[y * WIDTH + x + i] = true end
      end
      x = x + run
    end
  end
  return cells
end

local NEIGHBOURS = { -WIDTH - 1, -WIDTH, -WIDTH + 1, -1, 1, WIDTH - 1, WIDTH, WIDTH + 1 }

local function next_generation(cells)
  local counts = {}
  for cell in pairs(cells) do
    for _, offset in ipairs(NEIGHBOURS) do
      local neighbour = cell + offset
      counts[neighbour] = (counts[neighbour] or 0) + 1
    end
  end
  local born = {}
  for cell, count in pairs(counts) do
    if count == 3 or (count == 2 and cells[cell]) then born[cell] = true end
  end
  return born
end

local function population(cells)
  local count = 0
  for _ in pairs(cells) do count = count + 1 end
  return count
end

--- Two rows of cells for each line of text.
local function draw(cells)
  local left, right, top, bottom = math.huge, 0, math.huge, 0
  for cell in pairs(cells) do
    local x, y = cell % WIDTH, cell // WIDTH
    left, right = math.min(left, x), math.max(right, x)
    top, bottom = math.min(top, y), math.max(bottom, y)
  end
  local SHAPES = { [0] = " ", "▀", "▄", "█" }
  for y = top, bottom, 2 do
    local line = {}
    for x = left, right do
      local upper = cells[y * WIDTH + x] and 1 or 0
      local lower = cells[(y + 1) * WIDTH + x] and 2 or 0
      line[#line + 1] = SHAPES[upper + lower]
    end
    print(("  " .. table.concat(line)):match("^(.-) *$"))
  end
end

local cells = read_pattern(text)
local start = population(cells)
local history = { start }

for shot = 1, SHOTS do
  for _ = 1, PERIOD do cells = next_generation(cells) end
  history[#history + 1] = population(cells)
  assert(history[#history] == start + 5 * shot, "the gun did not fire one glider of five cells")
  if shot == DRAWN then
    print(string.format("after %d generations, %d gliders are on their way:", PERIOD * shot, shot))
    draw(cells)
  end
end

print("cells after every 30 generations: " .. table.concat(history, ", "))

return { generations = PERIOD * SHOTS, history = history }
