import type { Command } from 'commander';
import { invalid } from '../errors/invalid.js';
import { type Permissions, parsePermissions } from '../io/permissions.js';
import { DEFAULT_LIMITS, type Limits, resolveLimits } from '../runtime/limits.js';
import { readIsolation } from '../runtime/run-options.js';
import type { RuntimeOptions } from '../runtime/runtime-options.js';
import { parseDuration } from '../runtime/units.js';
import { addScriptToolOptions, gather, type ScriptToolFlags } from './tool-options.js';

/** The options that every command has that runs scripts, as commander hands them over. */
export interface LimitFlags extends ScriptToolFlags {
  readonly timeout?: string;
  readonly memory?: string;
  readonly output?: string;
  readonly grace?: string;
  readonly isolation?: string;
  readonly time?: boolean;
}

export function addLimitOptions(command: Command): Command {
  return addScriptToolOptions(command)
    .option('--timeout <time>', "how long a script may run: 500ms, 30s, 2m, or 'none' (default: 30s)")
    .option('--memory <size>', 'how much memory a script may use: 512kb, 64mb, 1gb (default: 64mb)')
    .option('--output <size>', 'how much a script may write (default: 1mb)')
    .option('--grace <time>', 'how long a stopped script may clean up (default: 100ms)')
    .option('--isolation <where>', "where scripts run: 'thread', or 'process' for child processes (default: thread)")
    .option(
      '--net <host:port>',
      'where a script, or its tools, may connect to; may be repeated (default: nowhere)',
      gather,
    )
    .option('--time', 'let a script read a precise clock');
}

/** Reads what scripts may do beyond computing. @throws StintError `INVALID_ARGUMENT` that names the flag */
export function readPermissions({ net, time }: LimitFlags): Permissions {
  try {
    return parsePermissions({ net, time }, '-');
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replace(/^-\.net\[\d+\]/, '--net');
    throw error;
  }
}

/** Reads the flags. @throws StintError `INVALID_ARGUMENT` that names the flag */
export function readLimits(flags: LimitFlags): Pick<RuntimeOptions, 'limits' | 'grace' | 'isolation'> {
  const limits: Limits = {};
  if (flags.timeout !== undefined)
    limits.timeout = flags.timeout === 'none' ? null : (quantity(flags.timeout) as never);
  if (flags.memory !== undefined) limits.memory = quantity(flags.memory) as never;
  if (flags.output !== undefined) limits.output = quantity(flags.output) as never;
  try {
    resolveLimits(limits, DEFAULT_LIMITS, '-');
    return {
      limits,
      ...(flags.grace === undefined ? {} : { grace: readDuration(flags.grace, '-.grace') }),
      ...(flags.isolation === undefined ? {} : { isolation: readIsolation(flags.isolation, '-.isolation') }),
    };
  } catch (error) {
    // The option's name as it was typed, and what can be typed.
    if (error instanceof Error)
      error.message = error.message.replace(/^-\./, '--').replace('(or null for', '(or none for');
    throw error;
  }
}

/** Reads a flag that counts something. @throws StintError `INVALID_ARGUMENT` */
export function readCount(text: string | undefined, flag: string, most: number, least = 1): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!Number.isInteger(count) || count < least || count > most || text.trim() === '') {
    throw invalid(flag, text, `a whole number from ${least} to ${most}`);
  }
  return count;
}

/** Reads a flag that is a time: a bare number is milliseconds. @throws StintError `INVALID_ARGUMENT` */
export function readDuration(text: string, flag: string): number {
  return parseDuration(quantity(text), flag);
}

/** A bare number is milliseconds or bytes. */
function quantity(text: string): string | number {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
