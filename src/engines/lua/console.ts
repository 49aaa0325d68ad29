import type { CellFunctions, LuaCell } from './cell.js';
import { FILE_TYPE } from './libraries.js';
import { REGISTRY } from './lua-api.js';

/** `lua_upvalueindex(1)`. */
const FIRST_UPVALUE = REGISTRY - 1;
const TAB = Buffer.from('\t');
const NEWLINE = Buffer.from('\n');

/** The C functions of `print`, `io` and `os.clock`. Errors that Lua raises in them pass through as exceptions. */
export function consoleFunctions(cell: LuaCell): Omit<CellFunctions, 'errorText' | 'errorConcat' | 'toolField'> {
  const api = (): LuaCell['api'] => cell.api;

  /** Writes the arguments from `first` on, as the `write` of Lua's files does: strings and numbers only. */
  const writeArguments = (L: number, first: number, stream: 'stdout' | 'stderr'): void => {
    const last = api().lua_gettop(L);
    for (let index = first; index <= last; index += 1) {
      const [text, length] = cell.pair((out) => api().luaL_checklstring(L, index, out));
      cell.output?.write(decode(text, length, stream), stream);
    }
  };
  const decode = (text: number, length: number, stream: 'stdout' | 'stderr'): string =>
    cell.output?.decode(cell.bytes.subarray(text, text + length), stream) ?? '';

  return {
    print(L) {
      const last = api().lua_gettop(L);
      let line = '';
      for (let index = 1; index <= last; index += 1) {
        // Honours __tostring, as Lua's own print does: code of the script may run here, print too.
        const [text, length] = cell.pair((out) => api().luaL_tolstring(L, index, out));
        if (index > 1) line += cell.output?.decode(TAB, 'stdout') ?? '';
        line += decode(text, length, 'stdout');
        api().lua_settop(L, -2);
      }
      line += cell.output?.decode(NEWLINE, 'stdout') ?? '';
      cell.output?.write(line, 'stdout');
      return 0;
    },
    write(L) {
      writeArguments(L, 1, 'stdout');
      api().lua_pushvalue(L, FIRST_UPVALUE);
      return 1;
    },
    writeTo(L) {
      const file = api().luaL_checkudata(L, 1, cell.constant(FILE_TYPE));
      writeArguments(L, 2, cell.bytes.readUInt32LE(file) === 0 ? 'stdout' : 'stderr');
      api().lua_pushvalue(L, 1);
      return 1;
    },
    read(L) {
      api().lua_pushnil(L);
      return 1;
    },
    succeed(L) {
      api().lua_pushboolean(L, 1);
      return 1;
    },
    clock(L) {
      api().lua_pushnumber(L, (performance.now() - cell.startedAt) / 1000);
      return 1;
    },
  };
}
