-- Compresses a piece of the first chapter of "Alice's Adventures in Wonderland" with a Huffman code, decompresses
-- it again and checks that nothing was lost and that it is as short as theory says it must be.
-- Shows: a binary heap, recursion over a tree, bit operators, string.byte and string.char.

local text = ...

--- A heap of nodes, the lightest on top. Equal weights are ordered by age, so that the code is always the same.
local function lighter(a, b)
  if a.weight ~= b.weight then return a.weight < b.weight end
  return a.age < b.age
end

local function push(heap, node)
  local at = #heap + 1
  while at > 1 and lighter(node, heap[at // 2]) do
    heap[at] = heap[at // 2]
    at = at // 2
  end
  heap[at] = node
end

local function pop(heap)
  local top, last = heap[1], table.remove(heap)
  if #heap == 0 then return top end
  local at = 1
  while true do
    local child = at * 2
    if child < #heap and lighter(heap[child + 1], heap[child]) then child = child + 1 end
    if child > #heap or not lighter(heap[child], last) then break end
    heap[at] = heap[child]
    at = child
  end
  heap[at] = last
  return top
end

local function count_bytes(input)
  local counts = {}
  for i = 1, #input do
    local byte = input:byte(i)
    counts[byte] = (counts[byte] or 0) + 1
  end
  return counts
end

local function build_tree(counts)
  local heap, age = {}, 0
  for byte = 0, 255 do
    if counts[byte] then push(heap, { weight = counts[byte], age = byte, byte = byte }) end
  end
  while #heap > 1 do
    local a, b = pop(heap), pop(heap)
    age = age + 1
    push(heap, { weight = a.weight + b.weight, age = 255 + age, [0] = a, [1] = b })
  end
  return heap[1]
end

--- Fills `codes` with a string of "0" and "1" for each byte.
local function assign_codes(node, prefix, codes)
  if node.byte then
    codes[node.byte] = prefix
  else
    assign_codes(node[0], prefix .. "0", codes)
    assign_codes(node[1], prefix .. "1", codes)
  end
  return codes
end

local function encode(input, codes)
  local output, buffer, filled, bits = {}, 0, 0, 0
  for i = 1, #input do
    local code = codes[input:byte(i)]
    bits = bits + #code
    for j = 1, #code do
      buffer = buffer << 1 | code:byte(j) & 1
      filled = filled + 1
      if filled == 8 then
        output[#output + 1] = string.char(buffer)
        buffer, filled = 0, 0
      end
    end
  end
  if filled > 0 then output[#output + 1] = string.char(buffer << 8 - filled) end
  return table.concat(output), bits
end

local function decode(packed, tree, bits)
  local output, node = {}, tree
  for at = 0, bits - 1 do
    node = node[packed:byte(at // 8 + 1) >> 7 - at % 8 & 1]
    if node.byte then
      output[#output + 1] = string.char(node.byte)
      node = tree
    end
  end
  return table.concat(output)
end

local counts = count_bytes(text)
local tree = build_tree(counts)
local codes = assign_codes(tree, "", {})
local packed, bits = encode(text, codes)
local decoded = decode(packed, tree, bits)
assert(decoded == text, "the text came back changed")

-- Shannon: no code of whole bytes can use fewer bits than this on average, and Huffman's uses less than one more.
local entropy = 0
for _, count in pairs(counts) do
  entropy = entropy - count / #text * math.log(count / #text, 2)
end
local average = bits / #text
assert(average >= entropy and average < entropy + 1, "the code is not as good as it must be")

local order = {}
for byte in pairs(codes) do order[#order + 1] = byte end
table.sort(order, function(a, b)
  if counts[a] ~= counts[b] then return counts[a] > counts[b] end
  return a < b
end)

print(string.format("%d bytes became %d, %.1f %%", #text, #packed, 100 * #packed / #text))
print(string.format("%.3f bits a character; the entropy is %.3f", average, entropy))
for rank = 1, 6 do
  local byte = order[rank]
  print(string.format("  '%c' %5d times  %s", byte, counts[byte], codes[byte]))
end
local rarest = order[#order]
print(string.format("  '%c' %5d times  %s", rarest, counts[rarest], codes[rarest]))
print("decoded: " .. decoded:sub(1, 60) .. " ...")

return { bytes = #text, packed = #packed, bits = bits, symbols = #order }
