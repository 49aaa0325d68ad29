/** A script on its stack: its chunk, its arguments, and what it returns. */
import type { Value } from '../../values/value.js';
import type { Program } from '../engine.js';
import { describeFailure, type Failure, outOfMemory } from './failure.js';
import { openFunctions } from './host-library.js';
import { seedRandom } from './libraries.js';
import { GLOBALS, REGISTRY, STATUS } from './lua-api.js';
import type { LuaState } from './lua-state.js';
import { pushValue } from './push-value.js';
import { ValueReader } from './read-value.js';
import { chunkBytes } from './source.js';

/** Puts a program's chunk and its arguments on the script's stack. Gives why that cannot be. */
export function loadChunk(state: LuaState, program: Program, args: readonly Value[]): Failure | undefined {
  const { cell, main, thread } = state;
  const { api } = cell;
  const code = chunkBytes(program.code);
  // The copy in the instance is not the script's, but it must not be a way around the limit either.
  if (code.byteLength > program.memory) return outOfMemory(program);
  let loaded: number = STATUS.ok;
  const status = cell.protect(main, () => {
    loaded = cell.withBytes(`@${program.name}`, (chunkName) =>
      cell.withBytes(code, (text, length) => api.luaL_loadbufferx(thread, text, length, chunkName, cell.constant('t'))),
    );
    seedRandom(cell, main);
    openFunctions(cell, main, program);
    if (loaded === STATUS.ok) pushArguments(state, program.name, args);
    return 0;
  });
  if (status !== STATUS.ok) return outOfMemory(program);
  return loaded === STATUS.ok ? undefined : describeFailure(state, program, loaded);
}

/** The arguments come in order, and are in the table `arg` as well. */
function pushArguments({ cell, thread }: LuaState, name: string, args: readonly Value[]): void {
  const { api } = cell;
  if (api.lua_checkstack(thread, args.length + 8) === 0) throw new RangeError('too many arguments');
  api.lua_rawgeti(thread, REGISTRY, GLOBALS);
  cell.pushString(thread, 'arg');
  api.lua_createtable(thread, args.length, 1);
  cell.pushString(thread, name);
  api.lua_rawseti(thread, -2, 0n);
  for (const [i, value] of args.entries()) {
    pushValue(cell, thread, value, `args[${i}]`);
    api.lua_pushvalue(thread, -1);
    // Under the two tables and the key: the arguments come out in order below them.
    api.lua_rotate(thread, -5, 1);
    api.lua_rawseti(thread, -2, BigInt(i + 1));
  }
  api.lua_rawset(thread, -3);
  api.lua_settop(thread, -2);
}

/** What the script returned: nothing, one value, or an array of so many. */
export function readResults({ cell, thread }: LuaState, count: number): Value {
  if (count === 0) return undefined;
  const reader = new ValueReader(cell, thread);
  if (count === 1) return reader.read(1, 'result');
  return Array.from({ length: count }, (_, i) => reader.read(i + 1, `result[${i + 1}]`));
}
