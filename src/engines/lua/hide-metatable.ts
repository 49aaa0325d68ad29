import type { LuaCell } from './cell.js';

/** Keeps a metatable, on top of the stack, from scripts: its functions are for what it belongs to. */
export function hideMetatable(cell: LuaCell, L: number): void {
  cell.api.lua_pushboolean(L, 0);
  cell.api.lua_setfield(L, -2, cell.constant('__metatable'));
}
