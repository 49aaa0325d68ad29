import { isStintError } from '../../errors/stint-error.js';
import type { Value } from '../../values/value.js';
import type { Answer, Call, CallError, VmHost } from '../engine.js';
import type { LuaCell } from './cell.js';
import { BUILTINS } from './host-library.js';
import { REGISTRY, STATUS } from './lua-api.js';
import type { LuaState } from './lua-state.js';
import { pushError, pushHandle, toHandle } from './push-answer.js';
import { pushValue } from './push-value.js';
import { ReadingStopped, ValueReader } from './read-value.js';

/** `lua_upvalueindex(1)`. */
const FIRST_UPVALUE = REGISTRY - 1;

/** Something that a script can call. */
export interface Target {
  readonly kind: Call['kind'];
  readonly name: string;
}

/**
 * The calls of one script to its host. A C function of the script holds the index of its target as its first upvalue.
 *
 * 1. A script waits for at most one call at a time: all of it waits.
 * 2. Where Lua can yield, the script is left by a yield; else the thread waits for the answer.
 */
export class ScriptCalls {
  readonly #state: LuaState;
  readonly #host: VmHost;
  readonly #targets: readonly Target[];
  #lastId = 0;

  /** @param targets what the program may call, beyond what every script has */
  constructor(state: LuaState, host: VmHost, targets: readonly Target[]) {
    this.#state = state;
    this.#host = host;
    this.#targets = targets.length === 0 ? BUILTINS : [...BUILTINS, ...targets];
  }

  /** `call` of {@link ShimHost}. Runs inside a C function of the script; errors of Lua pass through. */
  call(L: number, canWait: boolean): number {
    const { cell } = this.#state;
    const call = this.#read(cell, L);
    if (call === undefined) return 0;
    const taken = this.#host.call(call, canWait);
    if (taken === 'refused') return 0;
    if (taken === 'pending' && canWait) return -1;
    const answer = taken === 'pending' ? this.#host.answerTo(call.id) : taken;
    if (answer === undefined) return 0;
    if (answer.kind === 'error') return this.#raise(cell, L, answer.error);
    push(cell, L, answer);
    return 1;
  }

  /** Puts an answer where the waiting script finds it when it is resumed. */
  answer(answer: Answer): void {
    const { cell, main, account } = this.#state;
    const waiting = account.left;
    let isError = answer.kind === 'error';
    let status: number;
    try {
      status = this.#pushOn(main, answer);
    } catch (error) {
      if (!isStintError(error)) throw error;
      // A function of the host has returned what Lua cannot hold.
      isError = true;
      const { message, code } = error;
      status = this.#pushOn(main, { id: answer.id, kind: 'error', error: { message, code } });
    }
    // Else the answer does not fit in the script's memory, and Lua's own error says so.
    if (status !== STATUS.ok) isError = true;
    cell.api.lua_xmove(main, waiting, 1);
    account.setAnswer(1, isError);
  }

  #pushOn(main: number, answer: Answer): number {
    const { cell } = this.#state;
    return cell.protect(main, () => {
      if (answer.kind === 'error') pushError(cell, main, answer.error);
      else push(cell, main, answer);
      return 1;
    });
  }

  /** The call that the running C function stands for; undefined if a stop came. Takes the arguments off the stack. */
  #read(cell: LuaCell, L: number): Call | undefined {
    const { api } = cell;
    const { kind, name } = this.#targets[Number(api.lua_tointegerx(L, FIRST_UPVALUE, 0))] as Target;
    this.#lastId += 1;
    const handle = toHandle(cell, L, name);
    const reader = new ValueReader(cell, L);
    const args: Value[] = [];
    try {
      const first = handle === undefined ? 1 : 2;
      const last = api.lua_gettop(L);
      for (let index = first; index <= last; index += 1) {
        args.push(reader.read(index, `argument ${index - first + 1} of ${name}`));
      }
    } catch (error) {
      if (error instanceof ReadingStopped) return undefined;
      if (!isStintError(error)) throw error;
      this.#raise(cell, L, { message: error.message, code: error.code });
    }
    api.lua_settop(L, 0);
    return { id: this.#lastId, kind, name, args, handle };
  }

  #raise(cell: LuaCell, L: number, error: CallError): number {
    cell.api.lua_settop(L, 0);
    pushError(cell, L, error);
    return cell.api.lua_error(L);
  }
}

function push(cell: LuaCell, L: number, answer: Exclude<Answer, { kind: 'error' }>): void {
  if (answer.kind === 'handle') pushHandle(cell, L, answer);
  else pushValue(cell, L, answer.value, 'result');
}
