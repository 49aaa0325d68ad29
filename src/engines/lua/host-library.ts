import type { HandleType, Program } from '../engine.js';
import type { LuaCell } from './cell.js';
import { hideMetatable } from './hide-metatable.js';
import { GLOBALS, REGISTRY, TYPE } from './lua-api.js';
import type { Target } from './script-calls.js';
import type { ShimHost } from './shim.js';

/** The methods of what a script can hold open. */
export const METHODS: Readonly<Record<HandleType, readonly string[]>> = {
  connection: ['read', 'write', 'close'],
  listener: ['accept', 'address', 'close'],
};

/** Functions that are globals, or fields of global tables. */
const LIBRARY: Readonly<Record<string, readonly string[]>> = {
  '': ['sleep'],
  time: ['now'],
  tcp: ['connect', 'listen'],
  http: ['request'],
  channel: ['send', 'receive', 'close'],
  tool: ['call', 'list', 'search', 'info'],
};

/** The call of a tool that was reached by fields, `tool.json.query{...}`: not by this name from a script. */
const INVOKE = 'tool.invoke';

const KINDS: Readonly<Record<string, Target['kind']>> = { channel: 'channel', tool: 'tool' };

const namesOf = (groups: Readonly<Record<string, readonly string[]>>): string[] =>
  Object.entries(groups).flatMap(([group, names]) => names.map((name) => (group === '' ? name : `${group}.${name}`)));

/** What every script can call, by index: whether it may is found out then. */
export const BUILTINS: readonly Target[] = [...namesOf(LIBRARY), ...namesOf(METHODS), INVOKE].map((name) => ({
  kind: KINDS[name.split('.')[0] as string] ?? 'builtin',
  name,
}));

const INDEXES = new Map(BUILTINS.map(({ name }, index) => [name, index]));

/** The index of a target that every script has. */
export function targetIndex(name: string): number {
  return INDEXES.get(name) as number;
}

/** Opens what every script can call, and empty tables for what a program may call. Has to run protected. */
export function openHostLibrary(cell: LuaCell, L: number): void {
  const { api } = cell;
  for (const global of ['functions', 'events']) {
    api.lua_createtable(L, 0, 0);
    api.lua_setglobal(L, cell.constant(global));
  }
  for (const [table, names] of Object.entries(LIBRARY)) {
    if (table === '') api.lua_rawgeti(L, REGISTRY, GLOBALS);
    else api.lua_createtable(L, 0, names.length);
    for (const name of names) {
      pushFunction(cell, L, targetIndex(table === '' ? name : `${table}.${name}`));
      api.lua_setfield(L, -2, cell.constant(name));
    }
    if (table === '') api.lua_settop(L, -2);
    else api.lua_setglobal(L, cell.constant(table));
  }
  openToolFields(cell, L);
}

/** The type name of what stands for a tool: a table with its name at 1, whose fields are the tools that have more to their names. */
const TOOL_TYPE = 'tool';

/** Has the fields of `tool` stand for tools. Has to run protected. */
function openToolFields(cell: LuaCell, L: number): void {
  const { api } = cell;
  api.lua_getglobal(L, cell.constant('tool'));
  api.lua_createtable(L, 0, 2);
  setFunction(cell, L, '__index', 'toolField');
  hideMetatable(cell, L);
  api.lua_setmetatable(L, -2);
  api.lua_settop(L, -2);
  api.luaL_newmetatable(L, cell.constant(TOOL_TYPE));
  setFunction(cell, L, '__index', 'toolField');
  pushFunction(cell, L, targetIndex(INVOKE));
  api.lua_setfield(L, -2, cell.constant('__call'));
  hideMetatable(cell, L);
  api.lua_settop(L, -2);
}

/** The C function of the fields of `tool`. Errors that Lua raises in it pass through. */
export function toolFunctions(cell: LuaCell): Pick<ShimHost, 'toolField'> {
  return {
    toolField(L) {
      const { api } = cell;
      // Lua does not look itself whether what it is to read as a table is one.
      if (api.lua_type(L, 1) !== TYPE.table) return 0;
      // A number or the like is no name: then the field is nil.
      if (api.lua_type(L, 2) !== TYPE.string) return 0;
      api.lua_createtable(L, 1, 0);
      if (api.lua_rawgeti(L, 1, 1n) === TYPE.string) {
        cell.pushString(L, '.');
        api.lua_pushvalue(L, 2);
        api.lua_concat(L, 3);
      } else {
        api.lua_settop(L, -2);
        api.lua_pushvalue(L, 2);
      }
      api.lua_rawseti(L, -2, 1n);
      api.luaL_setmetatable(L, cell.constant(TOOL_TYPE));
      return 1;
    },
  };
}

/** Sets a field of the table on the top of the stack to a C function. */
export function setFunction(cell: LuaCell, L: number, field: string, slot: Parameters<LuaCell['slot']>[0]): void {
  cell.api.lua_pushcclosure(L, cell.slot(slot), 0);
  cell.api.lua_setfield(L, -2, cell.constant(field));
}

/** What a program may call beyond {@link BUILTINS}, in the order that {@link openFunctions} counts on. */
export function targetsOf(program: Program): Target[] {
  return [
    ...(program.functions ?? []).map((name) => ({ kind: 'function', name }) as const),
    ...(program.events ?? []).map((name) => ({ kind: 'event', name }) as const),
  ];
}

/** Fills the globals `functions` and `events`. Has to run protected. */
export function openFunctions(cell: LuaCell, L: number, program: Program): void {
  let index = BUILTINS.length;
  for (const global of ['functions', 'events'] as const) {
    const names = program[global] ?? [];
    if (names.length === 0) continue;
    cell.api.lua_createtable(L, 0, names.length);
    for (const name of names) {
      cell.pushString(L, name);
      pushFunction(cell, L, index);
      cell.api.lua_rawset(L, -3);
      index += 1;
    }
    cell.api.lua_setglobal(L, cell.constant(global));
  }
}

function pushFunction(cell: LuaCell, L: number, index: number): void {
  cell.api.lua_pushinteger(L, BigInt(index));
  cell.api.lua_pushcclosure(L, cell.slot('hostCall'), 1);
}
