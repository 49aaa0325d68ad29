import { describe } from '../../errors/describe.js';
import { refusal } from '../../values/copy-value.js';
import { childPath } from '../../values/path.js';
import type { Value } from '../../values/value.js';
import type { LuaCell } from './cell.js';
import { REGISTRY } from './lua-api.js';

/** What the registry's entry for the metatable of empty arrays is called: the address of this text is its key. */
export const EMPTY_ARRAY = 'stint.emptyArray';

const INT64 = 2n ** 63n;

/**
 * Pushes a value of the host on the stack of `L`, the way docs/reference says: integers within 2^53
 * become Lua integers, other numbers floats; strings become UTF-8; arrays start at 1. Has to run protected.
 *
 * @param path what the value is called in an error message
 * @throws StintError `VALUE_NOT_TRANSFERABLE` with the path to what Lua cannot hold
 */
export function pushValue(cell: LuaCell, L: number, value: Value, path: string): void {
  const { api } = cell;
  switch (typeof value) {
    case 'undefined':
      api.lua_pushnil(L);
      return;
    case 'boolean':
      api.lua_pushboolean(L, value ? 1 : 0);
      return;
    case 'number':
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) api.lua_pushinteger(L, BigInt(value));
      else api.lua_pushnumber(L, value);
      return;
    case 'bigint':
      if (value < -INT64 || value >= INT64) throw refusal(path, `an integer of more than 64 bits (${describe(value)})`);
      api.lua_pushinteger(L, value);
      return;
    case 'string':
      cell.pushString(L, wellFormed(value, path));
      return;
    default:
      if (value === null) api.lua_pushnil(L);
      else pushObject(cell, L, value, path);
  }
}

function pushObject(cell: LuaCell, L: number, value: Exclude<Value, string | undefined | null>, path: string): void {
  if (value instanceof Uint8Array) cell.pushString(L, value);
  else if (value instanceof Date) throw refusal(path, 'a Date, which Lua has not; pass its getTime()');
  else if (Array.isArray(value)) pushArray(cell, L, value, path);
  else pushRecord(cell, L, value as { [key: string]: Value }, path);
}

function pushArray(cell: LuaCell, L: number, value: readonly Value[], path: string): void {
  const { api } = cell;
  room(cell, L);
  api.lua_createtable(L, value.length, 0);
  for (const [i, item] of value.entries()) {
    pushValue(cell, L, item, childPath(path, i));
    api.lua_rawseti(L, -2, BigInt(i + 1));
  }
  if (value.length === 0) {
    api.lua_rawgetp(L, REGISTRY, cell.constant(EMPTY_ARRAY));
    api.lua_setmetatable(L, -2);
  }
}

function pushRecord(cell: LuaCell, L: number, value: { [key: string]: Value }, path: string): void {
  const { api } = cell;
  room(cell, L);
  const keys = Object.keys(value);
  api.lua_createtable(L, 0, keys.length);
  for (const key of keys) {
    const at = childPath(path, key);
    cell.pushString(L, wellFormed(key, at));
    pushValue(cell, L, value[key], at);
    api.lua_rawset(L, -3);
  }
}

/** Half of a surrogate pair has no UTF-8. */
function wellFormed(text: string, path: string): string {
  if (/\p{Surrogate}/u.test(text)) throw refusal(path, 'text with half of a surrogate pair; pass a Uint8Array');
  return text;
}

function room(cell: LuaCell, L: number): void {
  if (cell.api.lua_checkstack(L, 8) === 0) throw new RangeError('no room on the Lua stack');
}
