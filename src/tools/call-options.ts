import type { OwnLedger } from '../hosts/own-ledger.js';
import { readFunction, readOptions, readSignal } from '../runtime/read-options.js';
import type { ToolCall } from '../runtime/tool-port.js';
import { type Duration, parseDuration } from '../runtime/units.js';
import type { Policy } from './policy.js';
import type { PolicyOptions } from './policy-options.js';

/** How far a tool has come. */
export interface ToolProgress {
  readonly done: number;
  readonly total?: number;
  readonly message?: string;
}

/** What a call can be told. */
export interface CallOptions extends ToolCall {
  /** Default: the registry's. */
  readonly policy?: Policy | PolicyOptions;
  /** In place of the tool's own, if it is shorter. */
  readonly timeout?: Duration;
  readonly onProgress?: (progress: ToolProgress) => void;
  /** Takes what a streaming tool yields; it waits with the next part until a promise that this returns has settled. */
  readonly onPart?: (part: unknown) => void | Promise<void>;
}

type Read = Omit<CallOptions, 'timeout'> & { readonly timeout?: number };

/** Checked where it is used. */
const asItIs = <T>(value: unknown): T => value as T;

const READERS = {
  policy: asItIs<Policy | PolicyOptions>,
  timeout: parseDuration,
  signal: readSignal,
  caller: asItIs<string>,
  ledger: asItIs<OwnLedger>,
  runtime: readFunction<NonNullable<CallOptions['runtime']>>,
  onProgress: readFunction<NonNullable<CallOptions['onProgress']>>,
  onPart: readFunction<NonNullable<CallOptions['onPart']>>,
};

/** @throws StintError `INVALID_ARGUMENT` */
export function readCallOptions(options: CallOptions): Read {
  return readOptions(options, 'options', READERS);
}
