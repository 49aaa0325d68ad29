import type { LuaCell } from './cell.js';
import type { LuaState } from './lua-state.js';

/**
 * A stack with more levels than this is not shown whole. Lua's own traceback would walk all of it for each of the levels that it
 * shows: a quarter of a second at the end of a recursion that never ended.
 */
const MAX_LEVELS = 200;

/** So many levels of such a stack are shown, the innermost. */
const SHOWN_LEVELS = 22;

/** Size and fields of `lua_Debug` (lua.h) where pointers and ints have 4 bytes. */
const DEBUG_BYTES = 108;
const DEBUG = { name: 4, nameWhat: 8, what: 12, currentLine: 24, lineDefined: 28, shortSource: 44 } as const;

/** The calls that led to the error for which the script's stack still stands. Has to run protected, on `main`. */
export function traceback({ cell, main, thread }: LuaState): string {
  const debug = cell.claim(DEBUG_BYTES);
  try {
    if (cell.api.lua_getstack(thread, MAX_LEVELS, debug) !== 0) return innermost(cell, thread, debug);
  } finally {
    cell.api.free(debug);
  }
  cell.api.luaL_traceback(main, thread, 0, 0);
  return cell.string(main, -1).toString('utf8');
}

function innermost(cell: LuaCell, L: number, debug: number): string {
  const lines = ['stack traceback:'];
  for (let level = 0; level < SHOWN_LEVELS; level += 1) {
    cell.api.lua_getstack(L, level, debug);
    cell.api.lua_getinfo(L, cell.constant('Sln'), debug);
    lines.push(`\t${describeCall(cell, debug)}`);
  }
  return [...lines, '\t...'].join('\n');
}

/** One line of a traceback, as luaL_traceback of lauxlib.c writes it. */
function describeCall(cell: LuaCell, debug: number): string {
  const source = text(cell, debug + DEBUG.shortSource);
  const line = cell.bytes.readInt32LE(debug + DEBUG.currentLine);
  const place = line > 0 ? `${source}:${line}:` : `${source}:`;
  const pointed = (field: number): string => {
    const address = cell.bytes.readUInt32LE(debug + field);
    return address === 0 ? '' : text(cell, address);
  };
  const nameWhat = pointed(DEBUG.nameWhat);
  if (nameWhat !== '') return `${place} in ${nameWhat} '${pointed(DEBUG.name)}'`;
  const what = pointed(DEBUG.what);
  if (what === 'main') return `${place} in main chunk`;
  if (what === 'C') return `${place} in ?`;
  return `${place} in function <${source}:${cell.bytes.readInt32LE(debug + DEBUG.lineDefined)}>`;
}

function text(cell: LuaCell, address: number): string {
  return cell.bytes.toString('utf8', address, cell.bytes.indexOf(0, address));
}
