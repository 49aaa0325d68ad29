import type { Value } from '../values/value.js';
import type { RunOptions } from './options.js';
import { Runtime } from './runtime.js';
import type { Source } from './source.js';
import type { Task } from './task.js';

let shared: Runtime | undefined;

/** The runtime that {@link run} and {@link start} use: made on first use, with default options. */
export function sharedRuntime(): Runtime {
  shared ??= new Runtime({ name: 'shared' });
  return shared;
}

/** Closes the shared runtime. The next use makes a new one. */
export async function closeSharedRuntime(): Promise<void> {
  const runtime = shared;
  shared = undefined;
  await runtime?.close();
}

/** {@link Runtime.run} on the shared runtime. */
export async function run<T = Value>(source: Source, options?: RunOptions): Promise<T> {
  return sharedRuntime().run<T>(source, options);
}

/** {@link Runtime.start} on the shared runtime. */
export function start<T = Value>(source: Source, options?: RunOptions): Task<T> {
  return sharedRuntime().start<T>(source, options);
}
