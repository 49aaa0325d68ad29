import { invalid } from '../errors/invalid.js';
import { type OptionReader, readOptions } from './read-options.js';
import { type Bytes, type Duration, parseBytes, parseDuration } from './units.js';

/** What a task may use at most. */
export interface Limits {
  /** From the first moment in which the script runs, waiting included. `null`: no deadline. Default 30 s. */
  timeout?: Duration | null;
  /**
   * How long a JavaScript script may go on without waiting while it has no deadline (`timeout: null`, or since `task.extend(null)`). `null`: for ever, which is
   * the default.
   */
  turn?: Duration | null;
  /** Memory of the script's VM. Default 64 MiB; 64 KiB to 1 GiB. */
  memory?: Bytes;
  /** Bytes of output, both streams together. Default 1 MiB; at most 1 GiB. */
  output?: Bytes;
  /** Calls of host functions and events. Default 100,000. */
  hostCalls?: number;
}

/** {@link Limits} with everything in one unit. */
export interface ResolvedLimits {
  /** Milliseconds; `Infinity` for no deadline. */
  readonly timeout: number;
  /** Milliseconds; `Infinity` for no bound. */
  readonly turn: number;
  readonly memory: number;
  readonly output: number;
  readonly hostCalls: number;
}

export const DEFAULT_LIMITS: ResolvedLimits = {
  timeout: 30_000,
  turn: Number.POSITIVE_INFINITY,
  memory: 64 * 1024 ** 2,
  output: 1024 ** 2,
  hostCalls: 100_000,
};

const GIB = 1024 ** 3;
/** No script runs with less memory, in bytes. */
export const LEAST_MEMORY = 64 * 1024;

/** Takes the known limits out of an object; {@link resolveLimits} reads them. */
export const readLimits: OptionReader<Limits> = (value, name) => {
  const any: OptionReader<never> = (item) => item as never;
  return readOptions<{ [K in keyof Limits]-?: Exclude<Limits[K], undefined> }>(value, name, {
    timeout: any,
    turn: any,
    memory: any,
    output: any,
    hostCalls: any,
  });
};

/** Reads each limit and puts what is missing in from `defaults`. */
export function resolveLimits(limits: Limits, defaults: ResolvedLimits, name: string): ResolvedLimits {
  const { timeout, turn, memory, output, hostCalls } = limits;
  return {
    timeout: timeout === undefined ? defaults.timeout : parseTimeout(timeout, `${name}.timeout`),
    turn: turn === undefined ? defaults.turn : parseTimeout(turn, `${name}.turn`),
    memory: memory === undefined ? defaults.memory : parseMemory(memory, `${name}.memory`),
    output: output === undefined ? defaults.output : parseBytes(output, `${name}.output`, 0, GIB),
    hostCalls: hostCalls === undefined ? defaults.hostCalls : parseCount(hostCalls, `${name}.hostCalls`),
  };
}

/** Reads the memory of a script into bytes. @throws StintError `INVALID_ARGUMENT` */
export function parseMemory(value: unknown, name: string): number {
  return parseBytes(value, name, LEAST_MEMORY, GIB);
}

/** Reads a timeout into milliseconds, `Infinity` for `null`. @throws StintError `INVALID_ARGUMENT` */
export function parseTimeout(value: unknown, name: string): number {
  if (value === null) return Number.POSITIVE_INFINITY;
  const ms = parseDuration(value, name);
  if (ms === 0) throw invalid(name, value, 'more than 0 (or null for no deadline)');
  return ms;
}

function parseCount(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw invalid(name, value, 'a whole number, 0 or more');
  }
  return value;
}
