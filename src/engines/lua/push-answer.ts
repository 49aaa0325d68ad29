import type { Answer, CallError, HandleType } from '../engine.js';
import type { LuaCell } from './cell.js';
import { hideMetatable } from './hide-metatable.js';
import { METHODS, setFunction, targetIndex } from './host-library.js';
import type { ShimHost } from './shim.js';

/** The type name of an error that the host has answered with. */
const ERROR_TYPE = 'host error';

/** The size of the userdata that stands for something open: its number. */
const HANDLE_BYTES = 4;

/** Pushes an error as a table with `message` and, where there are, `name` and `code`; as text it is its message. */
export function pushError(cell: LuaCell, L: number, { message, name, code }: CallError): void {
  const { api } = cell;
  api.lua_createtable(L, 0, 3);
  for (const [field, text] of Object.entries({ message, name, code })) {
    if (text === undefined) continue;
    cell.pushString(L, text);
    api.lua_setfield(L, -2, cell.constant(field));
  }
  if (api.luaL_newmetatable(L, cell.constant(ERROR_TYPE)) !== 0) {
    setFunction(cell, L, '__tostring', 'errorText');
    setFunction(cell, L, '__concat', 'errorConcat');
    hideMetatable(cell, L);
  }
  api.lua_setmetatable(L, -2);
}

/** Pushes something open, with its methods. */
export function pushHandle(cell: LuaCell, L: number, answer: Extract<Answer, { kind: 'handle' }>): void {
  const { api } = cell;
  const address = api.lua_newuserdatauv(L, HANDLE_BYTES, 0);
  cell.bytes.writeUInt32LE(answer.handle, address);
  if (api.luaL_newmetatable(L, cell.constant(answer.type)) !== 0) addMethods(cell, L, answer.type);
  api.lua_setmetatable(L, -2);
}

const TYPE_OF_METHOD: ReadonlyMap<string, string> = new Map(
  Object.entries(METHODS).flatMap(([type, methods]) => methods.map((method) => [`${type}.${method}`, type])),
);

/** The number of what is open, for a target such as `connection.read`; undefined for one that is no method. Raises in Lua. */
export function toHandle(cell: LuaCell, L: number, target: string): number | undefined {
  const type = TYPE_OF_METHOD.get(target);
  if (type === undefined) return undefined;
  return cell.bytes.readUInt32LE(cell.api.luaL_checkudata(L, 1, cell.constant(type)));
}

function addMethods(cell: LuaCell, L: number, type: HandleType): void {
  const { api } = cell;
  api.lua_createtable(L, 0, METHODS[type].length);
  for (const method of METHODS[type]) {
    api.lua_pushinteger(L, BigInt(targetIndex(`${type}.${method}`)));
    api.lua_pushcclosure(L, cell.slot('hostCall'), 1);
    api.lua_setfield(L, -2, cell.constant(method));
  }
  api.lua_getfield(L, -1, cell.constant('close'));
  api.lua_setfield(L, -3, cell.constant('__close'));
  api.lua_getfield(L, -1, cell.constant('close'));
  api.lua_setfield(L, -3, cell.constant('__gc'));
  api.lua_setfield(L, -2, cell.constant('__index'));
  hideMetatable(cell, L);
}

/** The C functions of the metatable of errors. */
export function errorFunctions(cell: LuaCell): Pick<ShimHost, 'errorText' | 'errorConcat'> {
  return {
    errorText(L) {
      cell.api.lua_getfield(L, 1, cell.constant('message'));
      return 1;
    },
    errorConcat(L) {
      cell.api.luaL_tolstring(L, 1, 0);
      cell.api.luaL_tolstring(L, 2, 0);
      cell.api.lua_concat(L, 2);
      return 1;
    },
  };
}
