import { fillRandom } from '../random.js';
import type { LuaCell } from './cell.js';
import { hideMetatable } from './hide-metatable.js';
import { openHostLibrary } from './host-library.js';
import { REGISTRY } from './lua-api.js';

/** The type name of what `io.stdout` is. */
export const FILE_TYPE = 'FILE*';

/** How many libraries there are, with the globals: room in a table. */
const LIBRARIES = 9;
const NO_BASE = ['dofile', 'loadfile'];
const NO_STRING = ['dump'];
const OS = ['time', 'date', 'difftime'];
const DEBUG = ['traceback', 'getinfo'];
const FILE_METHODS = ['flush', 'setvbuf', 'close'];

/**
 * Opens the libraries that a script gets, a closed set: nothing in them reaches a file, a process,
 * the environment or another script, or loads bytecode. Has to run protected; leaves the stack as it was.
 */
export function openLibraries(cell: LuaCell, L: number): void {
  const { api } = cell;
  const name = (text: string): number => cell.constant(text);
  /** Calls an opener, which leaves a table on the stack, and makes it a global. */
  const open = (library: string, opener: (L: number) => number, adapt?: () => void): void => {
    opener(L);
    adapt?.();
    remember(library);
    api.lua_setglobal(L, name(library));
  };
  const set = (field: string, slot: Parameters<LuaCell['slot']>[0]): void => {
    api.lua_pushcclosure(L, cell.slot(slot), 0);
    api.lua_setfield(L, -2, name(field));
  };
  const remove = (field: string): void => {
    api.lua_pushnil(L);
    api.lua_setfield(L, -2, name(field));
  };
  /** Puts a new table with some fields of the table on top of the stack in its place. */
  const keepOnly = (fields: string[]): void => {
    api.lua_createtable(L, 0, fields.length + 1);
    for (const field of fields) {
      api.lua_getfield(L, -2, name(field));
      api.lua_setfield(L, -2, name(field));
    }
    api.lua_rotate(L, -2, 1);
    api.lua_settop(L, -2);
  };

  /** Notes the library on top of the stack in LUA_LOADED_TABLE, where Lua finds names for tracebacks. */
  const remember = (library: string): void => {
    api.lua_getfield(L, REGISTRY, name('_LOADED'));
    api.lua_pushvalue(L, -2);
    api.lua_setfield(L, -2, name(library));
    api.lua_settop(L, -2);
  };

  api.lua_createtable(L, 0, LIBRARIES);
  api.lua_setfield(L, REGISTRY, name('_LOADED'));
  api.luaopen_base(L);
  remember('_G');
  NO_BASE.forEach(remove);
  api.lua_getfield(L, -1, name('load'));
  cell.setLoad(api.lua_tocfunction(L, -1));
  api.lua_settop(L, -2);
  set('load', 'load');
  set('print', 'print');
  api.lua_settop(L, -2);

  open('coroutine', api.luaopen_coroutine, () => {
    set('resume', 'coResume');
    set('wrap', 'coWrap');
    set('yield', 'coYield');
    set('running', 'coRunning');
    set('isyieldable', 'coIsYieldable');
  });
  open('table', api.luaopen_table);
  open('string', api.luaopen_string, () => NO_STRING.forEach(remove));
  open('math', api.luaopen_math);
  open('utf8', api.luaopen_utf8);
  open('os', api.luaopen_os, () => {
    keepOnly(OS);
    set('clock', 'clock');
  });
  open('debug', api.luaopen_debug, () => keepOnly(DEBUG));
  openIo(cell, L);
  openHostLibrary(cell, L);
}

const seeds = new BigInt64Array(2);
const seedBytes = new Uint8Array(seeds.buffer);

function randomSeeds(): [bigint, bigint] {
  fillRandom(seedBytes);
  return [seeds[0] ?? 0n, seeds[1] ?? 0n];
}

/**
 * Seeds `math.random`. Lua seeds by the clock and an address, which are the same for scripts that start together. Has to run
 * protected.
 */
export function seedRandom(cell: LuaCell, L: number): void {
  const { api } = cell;
  const [a, b] = randomSeeds();
  api.lua_getglobal(L, cell.constant('math'));
  api.lua_getfield(L, -1, cell.constant('randomseed'));
  api.lua_pushinteger(L, a);
  api.lua_pushinteger(L, b);
  api.lua_callk(L, 2, 0, 0, 0);
  api.lua_settop(L, -2);
}

/** `io` with the two streams that go to the host, and nothing to read. */
function openIo(cell: LuaCell, L: number): void {
  const { api } = cell;
  const setFunction = (field: string, slot: Parameters<LuaCell['slot']>[0]): void => {
    api.lua_pushcclosure(L, cell.slot(slot), 0);
    api.lua_setfield(L, -2, cell.constant(field));
  };
  api.luaL_newmetatable(L, cell.constant(FILE_TYPE));
  api.lua_createtable(L, 0, FILE_METHODS.length + 2);
  setFunction('write', 'writeTo');
  setFunction('read', 'read');
  for (const method of FILE_METHODS) setFunction(method, 'succeed');
  api.lua_setfield(L, -2, cell.constant('__index'));
  hideMetatable(cell, L);
  api.lua_settop(L, -2);

  api.lua_createtable(L, 0, 4);
  for (const [stream, field] of ['stdout', 'stderr'].entries()) {
    const file = api.lua_newuserdatauv(L, 4, 0);
    cell.bytes.writeUInt32LE(stream, file);
    api.luaL_setmetatable(L, cell.constant(FILE_TYPE));
    api.lua_setfield(L, -2, cell.constant(field));
  }
  api.lua_getfield(L, -1, cell.constant('stdout'));
  api.lua_pushcclosure(L, cell.slot('write'), 1);
  api.lua_setfield(L, -2, cell.constant('write'));
  setFunction('read', 'read');
  api.lua_setglobal(L, cell.constant('io'));
}
