-- Compares installed files with a manifest of the server (one line each: SHA-256, path), downloads what has changed
-- and verifies it. Argument: the base URL. Returns how many files were up to date, updated, and corrupted.
local base = ...
local function get(path)
  local response = http.request { url = base .. path }
  if response.status ~= 200 then error(("%s answered with %d"):format(path, response.status)) end
  return response.body
end

local current, updated, corrupted = 0, 0, 0
for hash, path in get("/manifest.txt"):gmatch("(%x+) +([^\n]+)") do
  if InstalledHash(path) == hash then
    current = current + 1
    Report(path, "is up to date")
  else
    local content = get("/files/" .. path)
    if Sha256(content) == hash then
      Install(path, content)
      updated = updated + 1
      Report(path, "was updated")
    else
      corrupted = corrupted + 1
      Report(path, "was NOT updated: what came is not what the manifest promises")
    end
  end
end
return current, updated, corrupted
