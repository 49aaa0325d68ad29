import type { Value } from '../values/value.js';
import type { RunOptions, RunSyncOptions } from './run-options.js';
import { Runtime } from './runtime.js';
import { SharedClient } from './shared-client.js';
import { serveThreads } from './shared-server.js';
import type { Source } from './source.js';
import type { Task } from './task.js';

let shared: Runtime | undefined;
/** This thread's way to the main thread's; null where there is none. */
let client: SharedClient | null | undefined;

serveThreads(sharedRuntime);

/** The runtime that {@link run} and {@link start} use: made on first use, with default options. */
export function sharedRuntime(): Runtime {
  shared ??= new Runtime({ name: 'shared', warm: false });
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

/**
 * {@link Runtime.runSync} on the shared runtime: on that of the main thread, which all threads share, as long as it can be reached. What only the
 * calling thread can do (`events`, `output`, `transfer`), and what is called in a task, takes a runtime of the thread's own.
 */
export function runSync<T = Value>(source: Source, options?: RunSyncOptions): T {
  client ??= SharedClient.connect() ?? null;
  const ended = client?.takes(options) === true ? client.call(source, options) : undefined;
  return ended === undefined ? sharedRuntime().runSync<T>(source, options) : (ended.value as T);
}

/** Calls a module's function on the shared runtime while the calling thread blocks. */
export function callSync<T = unknown>(
  module: URL | string,
  args: unknown[] = [],
  options?: Omit<RunSyncOptions, 'args'> & { export?: string },
): T {
  const { export: exportName = 'default', ...others } = options ?? {};
  return runSync<T>({ module, export: exportName }, { ...others, args });
}

/**
 * Makes a synchronous function of a module's. Name the function's type: without it the arguments and the result are `unknown`.
 *
 * @example
 * ```ts
 * const hash = makeSync<typeof import('./hash.js').default>(new URL('./hash.js', import.meta.url));
 * const digest = hash('text');
 * ```
 */
export function makeSync<F extends (...args: never[]) => unknown = (...args: unknown[]) => unknown>(
  module: URL | string,
  options?: Omit<RunSyncOptions, 'args'> & { export?: string },
): (...args: Parameters<F>) => Awaited<ReturnType<F>> {
  return (...args) => callSync<Awaited<ReturnType<F>>>(module, args, options);
}

/** {@link Runtime.start} on the shared runtime. */
export function start<T = Value>(source: Source, options?: RunOptions): Task<T> {
  return sharedRuntime().start<T>(source, options);
}
