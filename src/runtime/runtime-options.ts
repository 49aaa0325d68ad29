import { availableParallelism } from 'node:os';
import { availableMeans, type InterruptMeans } from '../control/interrupter.js';
import { invalid } from '../errors/invalid.js';
import type { Isolation } from '../hosts/isolation.js';
import type { Recycling } from '../hosts/recycling.js';
import { DEFAULT_LIMITS, type Limits, type ResolvedLimits, readLimits, resolveLimits } from './limits.js';
import { oneOf, readBoolean, readOptions, text, wholeNumber } from './read-options.js';
import { readIsolation } from './run-options.js';
import { readPort } from './task-tools.js';
import type { ToolPort } from './tool-port.js';
import { type Bytes, type Duration, parseBytes, parseDuration } from './units.js';

/** What a runtime can be told. */
export interface RuntimeOptions {
  /** Its name in events and statistics. Default `stint`. */
  name?: string;
  /** Worker threads, 1 to 256. Default: one for each core. */
  threads?: number;
  /** Whether all its threads, or child processes, start with it. With `false` each starts with the first task that needs it. Default: true. */
  warm?: boolean;
  /** Tasks that can be live at once, 1 to 100,000. Default 16. */
  slots?: number;
  /** Tasks that can wait for a slot, 0 to 1,000,000. Default 1024. One more fails with `QUEUE_FULL`. */
  queue?: number;
  /**
   * Where tasks run: `thread`, on threads of this process, or `process`, each thread in a child process of its own. Default `thread`. With
   * `process` there is one child for each of `threads`, and one more that is kept ready.
   */
  isolation?: Isolation;
  /** Default limits of its tasks. */
  limits?: Limits;
  /** How long a script that was stopped may clean up before it is broken off. Default 100 ms. */
  grace?: Duration;
  /** How long a script may hold its thread while others want it, 1 to 10,000 ms. Default 10 ms. */
  quantum?: Duration;
  /**
   * What V8's heap may hold in each thread, for module tasks; the memory of scripts is not in it. A thread that exceeds it dies, and
   * its module task ends with `OUT_OF_MEMORY`. Default: V8's own, some gigabytes.
   */
  heap?: Bytes;
  /**
   * What a child process may have as data, everything included (it begins with some 190 MiB, part of it not resident). What it asks for
   * beyond that is refused. Default 2 GiB. Linux and macOS.
   */
  processMemory?: Bytes;
  /** Where the ledger is that records child processes, an absolute path. Default: as `openLedger` of `stint/ledger` has it. */
  directory?: string;
  /** How long a thread may have nothing to do before it leaves; the next task that needs it starts it again. Default: for ever. */
  idleTimeout?: Duration;
  /**
   * When a thread or child process is replaced by a new one, once its tasks have ended: after so many tasks, when it is so old, or when it holds so much
   * memory as a task ends (a thread: its heap, garbage included, and its buffers; a child process: all that is resident). Default: never.
   */
  recycle?: { tasks?: number; age?: Duration; memory?: Bytes };
  /**
   * How many Lua scripts may share a cell, that is a WebAssembly instance, when a thread has more than 16 live ones, 1 to
   * 1024. Default 64. A script that has to be *broken off* takes its cell with it: its neighbours end with
   * `NEIGHBOUR_BROKEN` and can be run again. With 1 no scripts share, and a process can have some thousands of them.
   */
  cellSize?: number;
  /**
   * How scripts are interrupted. Default: `inspector` where the process has it, else `polling`, which
   * slows Lua down and has no rung *break*.
   */
  interrupts?: InterruptMeans;
  /** The tools that its scripts may call, as far as `RunOptions.tools` says. Default: none. */
  tools?: ToolPort;
}

export interface ResolvedRuntimeOptions {
  readonly name: string;
  readonly threads: number;
  readonly warm: boolean;
  readonly slots: number;
  readonly queue: number;
  readonly limits: ResolvedLimits;
  readonly grace: number;
  readonly quantum: number;
  readonly cellSize: number;
  readonly heap: number | undefined;
  readonly isolation: Isolation;
  readonly processMemory: number;
  readonly directory: string | undefined;
  readonly idleTimeout: number;
  readonly recycle: Recycling;
  readonly interrupts: InterruptMeans;
  readonly tools: ToolPort | undefined;
}

const MAX_SLOTS = 100_000;
const MAX_QUEUE = 1_000_000;
const DEFAULT_GRACE_MS = 100;
const DEFAULT_QUANTUM_MS = 10;
const DEFAULT_PROCESS_MEMORY = 2 * 1024 ** 3;
const LEAST_PROCESS_MEMORY = 256 * 1024 ** 2;
const MOST_PROCESS_MEMORY = 1024 ** 4;
const LEAST_HEAP = 16 * 1024 ** 2;
const MOST_HEAP = 64 * 1024 ** 3;
const MAX_QUANTUM_MS = 10_000;

/** Reads the options of a runtime. @throws StintError `INVALID_ARGUMENT` */
export function resolveRuntimeOptions(options: unknown): ResolvedRuntimeOptions {
  const read = readOptions(options, 'options', {
    name: text,
    threads: wholeNumber(1, 256),
    warm: readBoolean,
    slots: wholeNumber(1, MAX_SLOTS),
    queue: wholeNumber(0, MAX_QUEUE),
    isolation: readIsolation,
    limits: readLimits,
    grace: parseDuration,
    quantum: readQuantum,
    heap: readHeap,
    processMemory: readProcessMemory,
    directory: text,
    idleTimeout: parseDuration,
    recycle: readRecycling,
    cellSize: wholeNumber(1, 1024),
    interrupts: oneOf<InterruptMeans>('inspector', 'polling'),
    tools: (value, name) => readPort(value, name),
  });
  return {
    name: read.name ?? 'stint',
    threads: read.threads ?? availableParallelism(),
    warm: read.warm ?? true,
    slots: read.slots ?? 16,
    queue: read.queue ?? 1024,
    limits: resolveLimits(read.limits ?? {}, DEFAULT_LIMITS, 'options.limits'),
    grace: read.grace ?? DEFAULT_GRACE_MS,
    quantum: read.quantum ?? DEFAULT_QUANTUM_MS,
    cellSize: read.cellSize ?? 64,
    heap: read.heap,
    isolation: read.isolation ?? 'thread',
    processMemory: read.processMemory ?? DEFAULT_PROCESS_MEMORY,
    directory: read.directory,
    idleTimeout: read.idleTimeout ?? Number.POSITIVE_INFINITY,
    recycle: read.recycle ?? NO_RECYCLING,
    interrupts: read.interrupts ?? availableMeans(),
    tools: read.tools,
  };
}

const NO_RECYCLING: Recycling = {
  tasks: Number.POSITIVE_INFINITY,
  ageMs: Number.POSITIVE_INFINITY,
  memory: Number.POSITIVE_INFINITY,
};

function readRecycling(value: unknown, name: string): Recycling {
  const { tasks, age, memory } = readOptions(value, name, {
    tasks: wholeNumber(1, Number.MAX_SAFE_INTEGER),
    age: parseDuration,
    memory: (item, itemName) => parseBytes(item, itemName, 1, MOST_HEAP),
  });
  return {
    tasks: tasks ?? NO_RECYCLING.tasks,
    ageMs: age ?? NO_RECYCLING.ageMs,
    memory: memory ?? NO_RECYCLING.memory,
  };
}

function readProcessMemory(value: unknown, name: string): number {
  return parseBytes(value, name, LEAST_PROCESS_MEMORY, MOST_PROCESS_MEMORY);
}

function readHeap(value: unknown, name: string): number {
  return parseBytes(value, name, LEAST_HEAP, MOST_HEAP);
}

function readQuantum(value: unknown, name: string): number {
  const ms = parseDuration(value, name);
  if (ms < 1 || ms > MAX_QUANTUM_MS) throw invalid(name, value, `a time from 1 to ${MAX_QUANTUM_MS} ms`);
  return ms;
}

const INNER_IDLE_MS = 5000;

/** Those of a runtime within another: the same, with a thread or two that leave soon. */
export function innerOptions(options: ResolvedRuntimeOptions): RuntimeOptions {
  const { name, threads, slots, queue, grace, quantum, cellSize, heap, tools, isolation, interrupts, limits } = options;
  const { processMemory, directory } = options;
  return {
    name: `${name}, within`,
    threads: Math.min(2, threads),
    warm: false,
    slots,
    queue,
    grace,
    quantum,
    cellSize,
    isolation,
    processMemory,
    interrupts,
    idleTimeout: INNER_IDLE_MS,
    limits: { ...limits, timeout: orNull(limits.timeout), turn: orNull(limits.turn) },
    ...(directory === undefined ? {} : { directory }),
    ...(tools === undefined ? {} : { tools }),
    ...(heap === undefined ? {} : { heap }),
  };
}

/** A time as options give it. */
function orNull(ms: number): number | null {
  return ms === Number.POSITIVE_INFINITY ? null : ms;
}
