-- Moves the Sun and the four giant planets through 60 years, ten days at a step, and checks the
-- physics: energy and momentum must stay what they were.
-- Shows: plain number crunching, closures, a numerical method (leapfrog) that keeps the energy.

local text = ...

local YEAR = 365.24 -- days
local STEP = 10 -- days
local YEARS = 60
local GRAVITY = 4 * math.pi ^ 2 / YEAR ^ 2 -- in astronomical units, days and masses of the Sun

local function read_bodies()
  local bodies, columns = {}, nil
  for line in text:gmatch("[^\n]+") do
    if line:sub(1, 1) ~= "#" then
      local fields = {}
      for field in line:gmatch("[^,]+") do fields[#fields + 1] = field end
      if columns then
        local body = { ax = 0, ay = 0, az = 0 }
        for i, column in ipairs(columns) do body[column] = tonumber(fields[i]) or fields[i] end
        bodies[#bodies + 1] = body
      else
        columns = fields
      end
    end
  end
  return bodies
end

local function momentum(bodies)
  local px, py, pz = 0, 0, 0
  for _, body in ipairs(bodies) do
    px, py, pz = px + body.mass * body.vx, py + body.mass * body.vy, pz + body.mass * body.vz
  end
  return px, py, pz
end

--- Kinetic energy and the (negative) energy of every pair's attraction.
local function energy(bodies)
  local sum = 0
  for i, a in ipairs(bodies) do
    sum = sum + 0.5 * a.mass * (a.vx ^ 2 + a.vy ^ 2 + a.vz ^ 2)
    for j = i + 1, #bodies do
      local b = bodies[j]
      local distance = math.sqrt((a.x - b.x) ^ 2 + (a.y - b.y) ^ 2 + (a.z - b.z) ^ 2)
      sum = sum - GRAVITY * a.mass * b.mass / distance
    end
  end
  return sum
end

local function accelerate(bodies)
  for _, body in ipairs(bodies) do body.ax, body.ay, body.az = 0, 0, 0 end
  for i = 1, #bodies - 1 do
    local a = bodies[i]
    for j = i + 1, #bodies do
      local b = bodies[j]
      local dx, dy, dz = b.x - a.x, b.y - a.y, b.z - a.z
      local squared = dx * dx + dy * dy + dz * dz
      local pull = GRAVITY / (squared * math.sqrt(squared))
      a.ax, a.ay, a.az = a.ax + dx * pull * b.mass, a.ay + dy * pull * b.mass, a.az + dz * pull * b.mass
      b.ax, b.ay, b.az = b.ax - dx * pull * a.mass, b.ay - dy * pull * a.mass, b.az - dz * pull * a.mass
    end
  end
end

local function kick(bodies, days)
  for _, body in ipairs(bodies) do
    body.vx, body.vy, body.vz = body.vx + body.ax * days, body.vy + body.ay * days, body.vz + body.az * days
  end
end

local function drift(bodies, days)
  for _, body in ipairs(bodies) do
    body.x, body.y, body.z = body.x + body.vx * days, body.y + body.vy * days, body.z + body.vz * days
  end
end

local bodies = read_bodies()
local sun = bodies[1]

-- Start in the frame in which the whole system is at rest.
local px, py, pz = momentum(bodies)
sun.vx, sun.vy, sun.vz = sun.vx - px / sun.mass, sun.vy - py / sun.mass, sun.vz - pz / sun.mass

local before = energy(bodies)
local worst_drift = 0
local steps = math.floor(YEARS * YEAR / STEP)
local near, far, turned, angle = {}, {}, {}, {}
for i = 2, #bodies do near[i], far[i], turned[i] = math.huge, 0, 0 end

accelerate(bodies)
for step = 1, steps do
  kick(bodies, STEP / 2)
  drift(bodies, STEP)
  accelerate(bodies)
  kick(bodies, STEP / 2)
  for i = 2, #bodies do
    local dx, dy = bodies[i].x - sun.x, bodies[i].y - sun.y
    local distance = math.sqrt(dx * dx + dy * dy + (bodies[i].z - sun.z) ^ 2)
    near[i], far[i] = math.min(near[i], distance), math.max(far[i], distance)
    local now = math.atan(dy, dx)
    turned[i] = turned[i] + (now - (angle[i] or now)) % (2 * math.pi)
    angle[i] = now
  end
  if step % 20 == 0 then
    worst_drift = math.max(worst_drift, math.abs(energy(bodies) / before - 1))
  end
end

assert(worst_drift < 1e-5, string.format("the energy drifted by %g", worst_drift))
px, py, pz = momentum(bodies)
assert(px ^ 2 + py ^ 2 + pz ^ 2 < 1e-26, "the system has started to move")

print(string.format("%d bodies, %d steps of %d days", #bodies, steps, STEP))
print("planet     nearest    farthest   a turn takes")
local periods = {}
for i = 2, #bodies do
  local years = (steps - 1) * STEP / YEAR * 2 * math.pi / turned[i]
  periods[bodies[i].name] = math.floor(years * 10 + 0.5) / 10
  print(string.format("%-8s %6.2f AU   %6.2f AU   %6.1f years", bodies[i].name, near[i], far[i], years))
end
print(string.format("the energy was never off by more than %.1f millionths", worst_drift * 1e6))

return { steps = steps, periods = periods, energy_kept = worst_drift < 1e-5 }
