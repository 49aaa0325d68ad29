import { availableParallelism } from 'node:os';
import { availableMeans, type InterruptMeans } from '../control/interrupter.js';
import type { ScriptLanguage } from '../errors/stint-error.js';
import type { Isolation } from '../hosts/isolation.js';
import type { Recycling } from '../hosts/recycling.js';
import { type Permissions, parsePermissions } from '../io/permissions.js';
import { copyValue } from '../values/copy-value.js';
import type { Transferable } from '../values/transfer.js';
import type { Value } from '../values/value.js';
import { Channel } from './channel.js';
import type { EventListener, HostFunction } from './host-calls.js';
import { DEFAULT_LIMITS, type Limits, type ResolvedLimits, resolveLimits } from './limits.js';
import { type OptionReader, oneOf, readOptions, readProperty, text, wholeNumber } from './read-options.js';
import { readGrant, readPort, readToolsOption, type ToolGrant, type ToolsOption } from './task-tools.js';
import type { ToolPort } from './tool-port.js';
import { type Bytes, type Duration, invalid, parseBytes, parseDuration } from './units.js';

/** What a runtime can be told. */
export interface RuntimeOptions {
  /** Its name in events and statistics. Default `stint`. */
  name?: string;
  /** Worker threads, 1 to 256. Default: one for each core. */
  threads?: number;
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

/** What one task can be told. */
export interface RunOptions {
  /** The task's arguments: `...` in Lua, `args` in JavaScript; a module's function gets the first one, and all of them as `context.args`. */
  args?: unknown[];
  /**
   * What is handed over with the arguments instead of being copied: buffers, ports, streams. For module tasks, whose arguments may
   * be whatever a structured clone can hold.
   */
  transfer?: readonly Transferable[];
  /** Limits of this task, in place of the runtime's defaults. */
  limits?: Limits;
  /**
   * Functions that the script can call and wait for: `functions.name(...)` in Lua, `await name(...)` in JavaScript. They
   * are called with a {@link HostCallContext} as `this`. An error that they throw is thrown in the script.
   */
  functions?: Record<string, HostFunction>;
  /** Listeners of events that the script can send without waiting: `events.name(...)`. Called in order, all before the outcome. */
  events?: Record<string, EventListener>;
  /** Channels that the script can send to and receive from: `channel.send(name, value)`, `channel.receive(name)`. */
  channels?: Record<string, Channel>;
  /**
   * The tools that the script may call: all of the runtime's (`true`), those of these names, or those of another registry or view. Default:
   * none. What they may do is up to the policy of the registry.
   */
  tools?: ToolsOption;
  /** What the script may do beyond computing. Default: nothing. */
  permissions?: Permissions;
  /** Where the task runs. Default: as the runtime says. */
  isolation?: Isolation;
  /**
   * How often the task is run again if its thread or process dies under it, 0 to 100. Only as long as nobody outside knows of it: it has called
   * no function, sent no event and written no output. Default 0.
   */
  retry?: number;
  /** -100 to 100, default 0. A task of higher priority gets a slot first. */
  priority?: number;
  /** Cancels the task when it aborts. */
  signal?: AbortSignal;
  /** Takes the script's output as it comes. Without it the output is counted and dropped. */
  output?: (chunk: string, stream: 'stdout' | 'stderr') => void;
}

/** What a synchronous call can be told. The caller's event loop stands still, so nothing that would need it is there. */
export interface RunSyncOptions extends Omit<RunOptions, 'functions' | 'channels' | 'tools' | 'signal'> {
  /** Cancels the task as soon as its first element is not 0: another thread can set it. A view of shared memory. */
  cancel?: Int32Array;
}

export interface ResolvedRunOptions {
  readonly args: readonly unknown[];
  readonly transfer: readonly Transferable[];
  readonly functions: ReadonlyMap<string, HostFunction>;
  readonly events: ReadonlyMap<string, EventListener>;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly tools: ToolGrant | undefined;
  readonly permissions: Permissions;
  readonly limits: ResolvedLimits;
  /** Undefined: as the runtime says. */
  readonly isolation: Isolation | undefined;
  readonly retry: number;
  readonly priority: number;
  readonly signal: AbortSignal | undefined;
  readonly output: ((chunk: string, stream: 'stdout' | 'stderr') => void) | undefined;
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

const NONE: readonly never[] = [];
const NO_PERMISSIONS: Permissions = {};
const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

/** Reads where tasks run. @throws StintError `INVALID_ARGUMENT` */
export const readIsolation = oneOf<Isolation>('thread', 'process');

const readLimitsShape: OptionReader<Limits> = (value, name) => {
  const any: OptionReader<never> = (item) => item as never;
  return readOptions<{ [K in keyof Limits]-?: Exclude<Limits[K], undefined> }>(value, name, {
    timeout: any,
    turn: any,
    memory: any,
    output: any,
    hostCalls: any,
  });
};

/** Reads the options of a runtime. @throws StintError `INVALID_ARGUMENT` */
export function resolveRuntimeOptions(options: unknown): ResolvedRuntimeOptions {
  const read = readOptions(options, 'options', {
    name: text,
    threads: wholeNumber(1, 256),
    slots: wholeNumber(1, MAX_SLOTS),
    queue: wholeNumber(0, MAX_QUEUE),
    isolation: readIsolation,
    limits: readLimitsShape,
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

const NEEDS_EVENT_LOOP = ['functions', 'channels', 'tools', 'signal'];

/** Takes apart the options of a synchronous call. @throws StintError `INVALID_ARGUMENT` */
export function splitSyncOptions(options: RunSyncOptions | undefined): [RunOptions, Int32Array | undefined] {
  const { cancel, ...others } = options ?? {};
  for (const key of NEEDS_EVENT_LOOP) {
    if (Object.hasOwn(others, key)) {
      throw invalid(
        `options.${key}`,
        Reflect.get(others, key),
        'left out: the event loop stands still during a synchronous call',
      );
    }
  }
  if (
    cancel !== undefined &&
    !(cancel instanceof Int32Array && cancel.buffer instanceof SharedArrayBuffer && cancel.length > 0)
  ) {
    throw invalid('options.cancel', cancel, 'an Int32Array of shared memory');
  }
  return [others, cancel];
}

/** Reads the options of a task. @throws StintError `INVALID_ARGUMENT`; `VALUE_NOT_TRANSFERABLE` for its arguments */
export function resolveRunOptions(
  options: unknown,
  defaults: ResolvedLimits,
  language: ScriptLanguage | 'module',
  tools?: ToolPort,
): ResolvedRunOptions {
  const read = readOptions(options, 'options', language === 'module' ? MODULE_READERS : SCRIPT_READERS);
  return {
    args: read.args ?? NONE,
    transfer: read.transfer ?? NONE,
    functions: read.functions ?? NOTHING,
    events: read.events ?? NOTHING,
    channels: read.channels ?? NOTHING,
    tools: readGrant(read.tools, tools),
    permissions: read.permissions ?? NO_PERMISSIONS,
    limits: read.limits === undefined ? defaults : resolveLimits(read.limits, defaults, 'options.limits'),
    isolation: read.isolation,
    retry: read.retry ?? 0,
    priority: read.priority ?? 0,
    signal: read.signal,
    output: read.output,
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

const COMMON_READERS = {
  functions: mapOf(readFunction<HostFunction>, 'functions'),
  events: mapOf(readFunction<EventListener>, 'functions'),
  channels: mapOf(readChannel, 'channels'),
  tools: readToolsOption,
  permissions: parsePermissions,
  limits: readLimitsShape,
  isolation: readIsolation,
  retry: wholeNumber(0, 100),
  priority: wholeNumber(-100, 100),
  signal: readSignal,
  output: readFunction<(chunk: string, stream: 'stdout' | 'stderr') => void>,
};
const SCRIPT_READERS = { args: readArgs as OptionReader<unknown[]>, transfer: refuseTransfer, ...COMMON_READERS };
const MODULE_READERS = { args: readModuleArgs, transfer: readTransfer, ...COMMON_READERS };

function readQuantum(value: unknown, name: string): number {
  const ms = parseDuration(value, name);
  if (ms < 1 || ms > MAX_QUANTUM_MS) throw invalid(name, value, `a time from 1 to ${MAX_QUANTUM_MS} ms`);
  return ms;
}

function readArgs(value: unknown, name: string): Value[] {
  if (!Array.isArray(value)) throw invalid(name, value, 'an array');
  return copyValue(value, 'args') as Value[];
}

/** They are cloned when the task is sent to its thread; what cannot be is refused then. */
function readModuleArgs(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value)) throw invalid(name, value, 'an array');
  return [...value];
}

function readTransfer(value: unknown, name: string): Transferable[] {
  if (!Array.isArray(value)) throw invalid(name, value, 'an array of buffers, ports or streams');
  return [...value];
}

function refuseTransfer(value: unknown, name: string): Transferable[] {
  throw invalid(name, value, 'left out: a script gets copies; only module tasks can be handed something');
}

/** Reads an object all of whose properties are of one kind. */
function mapOf<T>(read: OptionReader<T>, what: string): OptionReader<ReadonlyMap<string, T>> {
  return (value, name) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalid(name, value, `an object of ${what}`);
    }
    const map = new Map<string, T>();
    for (const key of Object.keys(value)) map.set(key, read(readProperty(value, key, name), `${name}.${key}`));
    return map;
  };
}

function readChannel(value: unknown, name: string): Channel {
  if (!(value instanceof Channel)) throw invalid(name, value, 'a channel, as createChannel makes it');
  return value;
}

function readSignal(value: unknown, name: string): AbortSignal {
  if (!(value instanceof AbortSignal)) throw invalid(name, value, 'an AbortSignal');
  return value;
}

function readFunction<T>(value: unknown, name: string): T {
  if (typeof value !== 'function') throw invalid(name, value, 'a function');
  return value as T;
}
