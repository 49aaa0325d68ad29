-- Reads a web server's log and tells what a person on duty wants to know: how requests were
-- answered, which paths are slow, and when the traffic came.
-- Shows: string patterns, grouping with tables, sorting with a comparator, string.format.

local text = ...

local LINE = '^(%S+) %S+ %S+ %[%d+/%a+/%d+:(%d+):[^%]]+%] "(.-)" (%d+) (%d+) "[^"]*" "[^"]*" (%S+)$'

local function parse(line)
  local address, hour, request, status, bytes, seconds = line:match(LINE)
  if not address then return nil end
  return {
    address = address,
    hour = tonumber(hour),
    path = request:match("^%u+ ([^ ?]+)") or "(no request)",
    status = tonumber(status),
    bytes = tonumber(bytes),
    seconds = tonumber(seconds),
  }
end

--- The value below which 95 of 100 values lie. Sorts the list.
local function percentile95(list)
  table.sort(list)
  return list[math.ceil(#list * 0.95)]
end

local statuses, paths, bytes_per_hour, addresses = {}, {}, {}, {}
local requests, unreadable, total_bytes = 0, 0, 0

for line in text:gmatch("[^\n]+") do
  local entry = parse(line)
  if entry then
    requests = requests + 1
    total_bytes = total_bytes + entry.bytes
    local class = entry.status // 100 .. "xx"
    statuses[class] = (statuses[class] or 0) + 1
    bytes_per_hour[entry.hour] = (bytes_per_hour[entry.hour] or 0) + entry.bytes
    addresses[entry.address] = (addresses[entry.address] or 0) + 1
    local times = paths[entry.path] or {}
    times[#times + 1] = entry.seconds
    paths[entry.path] = times
  else
    unreadable = unreadable + 1
  end
end

-- Groups that do not add up to the whole would be worse than no report.
local counted, carried = 0, 0
for _, count in pairs(statuses) do counted = counted + count end
for _, bytes in pairs(bytes_per_hour) do carried = carried + bytes end
assert(counted == requests, "the status counts do not add up")
assert(carried == total_bytes, "the hours do not add up")

local slowest = {}
for path, times in pairs(paths) do
  slowest[#slowest + 1] = { path = path, requests = #times, p95 = percentile95(times) }
end
table.sort(slowest, function(a, b)
  if a.p95 ~= b.p95 then return a.p95 > b.p95 end
  return a.path < b.path
end)

local busiest_hour = 0
for hour = 0, 23 do
  if (bytes_per_hour[hour] or 0) > (bytes_per_hour[busiest_hour] or 0) then busiest_hour = hour end
end

local visitors = 0
for _ in pairs(addresses) do visitors = visitors + 1 end

print(string.format("%d requests from %d addresses, %.1f MB, %d unreadable line(s)",
  requests, visitors, total_bytes / 1e6, unreadable))
for _, class in ipairs({ "2xx", "3xx", "4xx", "5xx" }) do
  print(string.format("  %s  %5d  %4.1f %%", class, statuses[class], 100 * statuses[class] / requests))
end
print("slowest paths, by the time that 95 of 100 requests stayed under:")
for rank = 1, 4 do
  local row = slowest[rank]
  print(string.format("  %-22s %7.3f s  %4d requests", row.path, row.p95, row.requests))
end
print(string.format("busiest hour: %02d:00, %.1f MB", busiest_hour, bytes_per_hour[busiest_hour] / 1e6))

return {
  requests = requests,
  unreadable = unreadable,
  bytes = total_bytes,
  statuses = statuses,
  slowest = slowest[1].path,
  busiest_hour = busiest_hour,
}
