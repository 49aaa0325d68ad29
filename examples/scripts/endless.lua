-- Misbehaves: a loop that never ends and never calls anything.
-- Shows: a deadline needs no help from the script. The loop is stopped where it is, and the thread
-- that ran it takes the next task.

local n = 0
print("counting to infinity ...")
while true do
  n = n + 1
end
