-- Misbehaves: every error is caught and the work starts again, so an error that is raised once, to
-- stop the script, is swallowed like any other.
-- Shows: a stop that is meant stays meant. pcall cannot keep a script alive past its deadline.

local attempts = 0

local function work()
  local sum = 0
  for i = 1, math.huge do
    sum = sum + 1 / i
  end
  return sum
end

print("retrying for ever ...")
while true do
  local ok = pcall(work)
  attempts = attempts + 1
  if ok then break end
end
