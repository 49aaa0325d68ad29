import { invalid } from '../errors/invalid.js';
import { readProperty } from '../errors/read-property.js';
import type { ScriptLanguage } from '../errors/stint-error.js';
import type { Isolation } from '../hosts/isolation.js';
import { type Permissions, parsePermissions } from '../io/permissions.js';
import { copyValues } from '../values/copy-value.js';
import type { Transferable } from '../values/transfer.js';
import type { Value } from '../values/value.js';
import { Channel } from './channel.js';
import type { EventListener, HostFunction } from './host-calls.js';
import { type Limits, type ResolvedLimits, readLimits, resolveLimits } from './limits.js';
import { type OptionReader, oneOf, readFunction, readOptions, readSignal, wholeNumber } from './read-options.js';
import { readGrant, readToolsOption, type ToolGrant, type ToolsOption } from './task-tools.js';
import type { ToolPort } from './tool-port.js';

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

const NONE: readonly never[] = [];
const NO_PERMISSIONS: Permissions = {};
const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

/** Reads where tasks run. @throws StintError `INVALID_ARGUMENT` */
export const readIsolation = oneOf<Isolation>('thread', 'process');

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

const COMMON_READERS = {
  functions: mapOf(readFunction<HostFunction>, 'functions'),
  events: mapOf(readFunction<EventListener>, 'functions'),
  channels: mapOf(readChannel, 'channels'),
  tools: readToolsOption,
  permissions: parsePermissions,
  limits: readLimits,
  isolation: readIsolation,
  retry: wholeNumber(0, 100),
  priority: wholeNumber(-100, 100),
  signal: readSignal,
  output: readFunction<(chunk: string, stream: 'stdout' | 'stderr') => void>,
};
const SCRIPT_READERS = { args: readArgs as OptionReader<unknown[]>, transfer: refuseTransfer, ...COMMON_READERS };
const MODULE_READERS = { args: readModuleArgs, transfer: readTransfer, ...COMMON_READERS };

function readArgs(value: unknown, name: string): Value[] {
  if (!Array.isArray(value)) throw invalid(name, value, 'an array');
  return copyValues(value, 'args');
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
    // A map's entries are no properties: none of them would be seen.
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Map) {
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
