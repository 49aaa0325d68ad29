/**
 * The exports of `glue.wasm` that the engine calls, with their C names (Lua 5.4 reference manual,
 * sections 4.6 and 5.1). Pointers and `lua_State *` are addresses; a `lua_Integer` is a bigint.
 */
export interface LuaApi {
  readonly memory: WebAssembly.Memory;
  readonly __indirect_function_table: WebAssembly.Table;
  __wasm_call_ctors(): void;
  emscripten_stack_init(): void;
  stackSave(): number;
  stackRestore(pointer: number): void;
  setThrew(threw: number, value: number): void;
  malloc(bytes: number): number;
  free(pointer: number): void;
  lua_newstate(alloc: number, ud: number): number;
  lua_close(L: number): void;
  lua_newthread(L: number): number;
  lua_resetthread(L: number, from: number): number;
  lua_resume(L: number, from: number, arguments_: number, results: number): number;
  lua_pcallk(L: number, args: number, results: number, handler: number, context: number, k: number): number;
  lua_callk(L: number, args: number, results: number, context: number, k: number): void;
  lua_error(L: number): number;
  luaL_where(L: number, level: number): void;
  lua_concat(L: number, n: number): void;
  lua_sethook(L: number, hook: number, mask: number, count: number): void;
  lua_status(L: number): number;
  lua_checkstack(L: number, n: number): number;
  lua_gettop(L: number): number;
  lua_settop(L: number, index: number): void;
  lua_pushvalue(L: number, index: number): void;
  lua_rotate(L: number, index: number, n: number): void;
  lua_xmove(from: number, to: number, n: number): void;
  lua_type(L: number, index: number): number;
  lua_isinteger(L: number, index: number): number;
  lua_toboolean(L: number, index: number): number;
  lua_tointegerx(L: number, index: number, isNumber: number): bigint;
  lua_tonumberx(L: number, index: number, isNumber: number): number;
  lua_tolstring(L: number, index: number, length: number): number;
  lua_tothread(L: number, index: number): number;
  lua_tocfunction(L: number, index: number): number;
  lua_topointer(L: number, index: number): number;
  lua_rawlen(L: number, index: number): bigint;
  lua_rawequal(L: number, a: number, b: number): number;
  lua_next(L: number, index: number): number;
  lua_rawget(L: number, index: number): number;
  lua_rawgetp(L: number, index: number, pointer: number): number;
  lua_rawset(L: number, index: number): void;
  lua_rawseti(L: number, index: number, n: bigint): void;
  lua_rawsetp(L: number, index: number, pointer: number): void;
  lua_rawgeti(L: number, index: number, n: bigint): number;
  lua_getglobal(L: number, name: number): number;
  lua_getfield(L: number, index: number, name: number): number;
  lua_setfield(L: number, index: number, name: number): void;
  lua_setglobal(L: number, name: number): void;
  lua_createtable(L: number, elements: number, records: number): void;
  lua_newuserdatauv(L: number, bytes: number, values: number): number;
  lua_getmetatable(L: number, index: number): number;
  lua_setmetatable(L: number, index: number): number;
  lua_pushnil(L: number): void;
  lua_pushboolean(L: number, value: number): void;
  lua_pushinteger(L: number, value: bigint): void;
  lua_pushnumber(L: number, value: number): void;
  lua_pushlstring(L: number, text: number, bytes: number): number;
  lua_pushstring(L: number, text: number): number;
  lua_pushcclosure(L: number, slot: number, upvalues: number): void;
  lua_pushthread(L: number): number;
  luaL_loadbufferx(L: number, text: number, bytes: number, name: number, mode: number): number;
  lua_getstack(L: number, level: number, debug: number): number;
  lua_getinfo(L: number, what: number, debug: number): number;
  luaL_traceback(L: number, of: number, message: number, level: number): void;
  luaL_tolstring(L: number, index: number, length: number): number;
  luaL_checklstring(L: number, index: number, length: number): number;
  luaL_checkudata(L: number, index: number, type: number): number;
  luaL_newmetatable(L: number, type: number): number;
  luaL_getmetafield(L: number, index: number, name: number): number;
  luaL_setmetatable(L: number, type: number): void;
  luaopen_base(L: number): number;
  luaopen_coroutine(L: number): number;
  luaopen_table(L: number): number;
  luaopen_string(L: number): number;
  luaopen_math(L: number): number;
  luaopen_utf8(L: number): number;
  luaopen_os(L: number): number;
  luaopen_debug(L: number): number;
}

/** `LUA_TNIL` and so on, what `lua_type` answers. */
export const TYPE = {
  none: -1,
  nil: 0,
  boolean: 1,
  lightUserdata: 2,
  number: 3,
  string: 4,
  table: 5,
  function: 6,
  userdata: 7,
  thread: 8,
} as const;

/** `LUA_OK` and so on, what `lua_resume`, `lua_pcallk` and the loaders answer. */
export const STATUS = { ok: 0, yield: 1, runtime: 2, syntax: 3, memory: 4, handler: 5 } as const;

/** `LUA_REGISTRYINDEX`. */
export const REGISTRY = -1001000;

/** `LUA_RIDX_GLOBALS`: where the registry holds the table of globals. */
export const GLOBALS = 2n;

/** `LUA_MASKCOUNT`. */
export const MASK_COUNT = 8;

/** Offset of `lu_byte allowhook` in a `lua_State`: 0 while a finalizer runs, and hooks are not called. */
export const ALLOW_HOOK = 7;
