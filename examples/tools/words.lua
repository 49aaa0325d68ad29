--[[ tool
name: words.count
description: Counts the words of a text.
category: text
tags: words
input: { "type": "object", "properties": { "text": { "type": "string" } },
  "required": ["text"] }
output: { "type": "integer" }
example: { "input": { "text": "a b" }, "output": 2 }
timeout: 2s
memory: 4mb
tools: text, json.*
]]
local input = ...
local count = 0
for _ in input.text:gmatch('%S+') do count = count + 1 end
return count
