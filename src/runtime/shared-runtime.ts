import type { Value } from '../values/value.js';
import type { RunOptions, RunSyncOptions } from './options.js';
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

/** {@link Runtime.runSync} on the shared runtime. */
export function runSync<T = Value>(source: Source, options?: RunSyncOptions): T {
  return sharedRuntime().runSync<T>(source, options);
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
 * Makes a synchronous function of a module's.
 *
 * @example
 * ```ts
 * const hash = makeSync<typeof import('./hash.js').default>(new URL('./hash.js', import.meta.url));
 * const digest = hash('text');
 * ```
 */
export function makeSync<F extends (...args: never[]) => unknown>(
  module: URL | string,
  options?: Omit<RunSyncOptions, 'args'> & { export?: string },
): (...args: Parameters<F>) => Awaited<ReturnType<F>> {
  return (...args) => callSync<Awaited<ReturnType<F>>>(module, args, options);
}

/** {@link Runtime.start} on the shared runtime. */
export function start<T = Value>(source: Source, options?: RunOptions): Task<T> {
  return sharedRuntime().start<T>(source, options);
}
