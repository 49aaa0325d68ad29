import { invalid } from '../errors/invalid.js';
import type { Permissions } from '../io/permissions.js';
import type { Limits } from '../runtime/limits.js';
import { type OptionReader, oneOf, readFunction, readOptions, wholeNumber } from '../runtime/read-options.js';
import { Runtime } from '../runtime/runtime.js';
import type { PlainValue } from './plain-value.js';

/** What a callback for a call has as `this`. */
export interface SubCallContext {
  /** The id of the sub-script that calls. */
  readonly id: number;
}

/** What happens when all slots are taken: the launch waits, is live all the same, or is refused. */
export type Overflow = 'queue' | 'grow' | 'refuse';

/** What {@link createSubScripts} is told. */
export interface SubScriptOptions {
  /**
   * Called when a sub-script calls a function of its lists. What it gives, or what its promise settles with (nothing, one plain
   * value, or an array of several), goes to the script, if the name is from the funcList; for one from the subList it is dropped. What it throws is thrown in the script;
   * for one from the subList it ends the script.
   */
  onSubCall: (this: SubCallContext, name: string, ...args: PlainValue[]) => unknown;
  /** Called once for each launch that came to its end, with what the script returned. */
  onSubFinished: (id: number, ...results: PlainValue[]) => void;
  /** Called once for each launch that did not: it failed, was aborted, timed out, or wanted too much. */
  onSubError: (id: number, message: string) => void;
  /** How many are live at once, 1 to 4096. Default 16. */
  slots?: number;
  /** How many wait for a slot, 0 to 100,000, with `overflow: 'queue'`. Default 1024. */
  queue?: number;
  /** Default `queue`. */
  overflow?: Overflow;
  /** Limits of each. Default: those of the runtime; 30 s, 64 MiB. */
  limits?: Limits;
  /** What they may do beyond computing. Default: nothing. */
  permissions?: Permissions;
  /** Where they run. Default: a runtime of their own, made with the first launch. One that is given stays open on `close`. */
  runtime?: Runtime;
}

export interface ResolvedSubScriptOptions
  extends Required<
    Pick<SubScriptOptions, 'onSubCall' | 'onSubFinished' | 'onSubError' | 'slots' | 'queue' | 'overflow'>
  > {
  readonly limits: Limits | undefined;
  readonly permissions: Permissions | undefined;
  readonly runtime: Runtime | undefined;
}

/** How many can be live with `overflow: 'grow'`. */
export const MOST_SLOTS = 4096;

/** Reads the options. Limits and permissions are read by the runtime. @throws StintError `INVALID_ARGUMENT` */
export function readSubScriptOptions(options: unknown): ResolvedSubScriptOptions {
  const read = readOptions(options, 'options', {
    onSubCall: readFunction<SubScriptOptions['onSubCall']>,
    onSubFinished: readFunction<SubScriptOptions['onSubFinished']>,
    onSubError: readFunction<SubScriptOptions['onSubError']>,
    slots: wholeNumber(1, MOST_SLOTS),
    queue: wholeNumber(0, 100_000),
    overflow: oneOf<Overflow>('queue', 'grow', 'refuse'),
    limits: ((value) => value) as OptionReader<Limits>,
    permissions: ((value) => value) as OptionReader<Permissions>,
    runtime: readRuntime,
  });
  const { onSubCall, onSubFinished, onSubError } = read;
  return {
    onSubCall: onSubCall ?? missing('onSubCall'),
    onSubFinished: onSubFinished ?? missing('onSubFinished'),
    onSubError: onSubError ?? missing('onSubError'),
    slots: read.slots ?? 16,
    queue: read.queue ?? 1024,
    overflow: read.overflow ?? 'queue',
    limits: read.limits,
    permissions: read.permissions,
    runtime: read.runtime,
  };
}

function missing(name: string): never {
  throw invalid(`options.${name}`, undefined, 'a function');
}

function readRuntime(value: unknown, name: string): Runtime {
  if (!(value instanceof Runtime)) throw invalid(name, value, 'a runtime, as createRuntime makes it');
  return value;
}
