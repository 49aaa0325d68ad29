import { uncaughtCode } from '../../errors/codes.js';
import type { ErrorEnvelope } from '../../errors/envelope.js';
import type { Program } from '../engine.js';
import { STATUS, TYPE } from './lua-api.js';
import type { LuaState } from './lua-state.js';
import { shortSource } from './source.js';
import { traceback } from './traceback.js';

/** What reporting a failure may allocate past the limit, in bytes. */
const HEADROOM = 256 * 1024;

/** Why a script ended before it was done. */
export interface Failure {
  readonly error: ErrorEnvelope;
  readonly outOfMemory: boolean;
}

/**
 * Tells what the error value on top of the script's stack says, in the script's own terms. The stack
 * is still as it was when the error was raised. A `__tostring` of the script may run.
 */
export function describeFailure(state: LuaState, program: Program, status: number): Failure {
  const { account } = state;
  // A script can raise Lua's own message itself, without any allocation refused.
  if (status === STATUS.memory && account.refused > 0) return outOfMemory(program);
  account.limit = account.used + HEADROOM;
  const { message, traceback: trace, code: ownCode } = readError(state);
  const code = status === STATUS.syntax ? 'SCRIPT_SYNTAX' : uncaughtCode(ownCode);
  const error: ErrorEnvelope = { code, message, language: 'lua' };
  const line = lineOf(message, trace, program.name);
  if (line !== undefined) error.line = line;
  if (trace !== '' && code !== 'SCRIPT_SYNTAX') error.traceback = trace;
  return { error, outOfMemory: false };
}

/** The failure of a script that wanted more memory than its limit. */
export function outOfMemory(program: Program): Failure {
  const message = `the script needs more memory than its limit of ${program.memory} bytes; raise limits.memory or hold less at once`;
  return { error: { code: 'OUT_OF_MEMORY', message, language: 'lua' }, outOfMemory: true };
}

function readError(state: LuaState): { message: string; traceback: string; code: string | undefined } {
  const { cell, main, thread } = state;
  const { api } = cell;
  let message = `(error object is a ${typeName(api.lua_type(thread, -1))} value)`;
  let trace = '';
  let code: string | undefined;
  cell.protect(main, () => {
    trace = traceback(state);
    return 0;
  });
  cell.protect(main, () => {
    if (api.lua_type(thread, -1) !== TYPE.table) return 0;
    api.lua_pushvalue(thread, -1);
    api.lua_xmove(thread, main, 1);
    cell.pushString(main, 'code');
    if (api.lua_rawget(main, -2) === TYPE.string) code = cell.string(main, -1).toString('utf8');
    return 0;
  });
  cell.protect(main, () => {
    api.lua_pushvalue(thread, -1);
    api.lua_xmove(thread, main, 1);
    message = messageOnTop(state) ?? message;
    return 0;
  });
  return { message, traceback: trace, code };
}

function messageOnTop({ cell, main }: LuaState): string | undefined {
  const { api } = cell;
  const type = api.lua_type(main, -1);
  if (type === TYPE.string || type === TYPE.number) return cell.string(main, -1).toString('utf8');
  if (api.luaL_getmetafield(main, -1, cell.constant('__tostring')) !== TYPE.nil) {
    api.lua_settop(main, -2);
    api.luaL_tolstring(main, -1, 0);
    return cell.string(main, -1).toString('utf8');
  }
  if (type !== TYPE.table) return undefined;
  cell.pushString(main, 'message');
  if (api.lua_rawget(main, -2) !== TYPE.string) return undefined;
  return cell.string(main, -1).toString('utf8');
}

function typeName(type: number): string {
  return Object.entries(TYPE).find(([, value]) => value === type)?.[0] ?? 'unknown';
}

/** The line that the message names, else the innermost line of the script in the traceback. */
function lineOf(message: string, traceback: string, name: string): number | undefined {
  const source = shortSource(name);
  for (const text of [message, ...traceback.split('\n')]) {
    const rest = text.trimStart();
    if (!rest.startsWith(`${source}:`)) continue;
    const digits = /^(\d+):/.exec(rest.slice(source.length + 1))?.[1];
    if (digits !== undefined) return Number(digits);
  }
  return undefined;
}
