import { Runtime } from './runtime.js';
import type { RuntimeOptions } from './runtime-options.js';

/**
 * Makes a runtime. Its threads start at once, in parallel, unless `warm` is false; a task that comes before they are there waits.
 *
 * @example
 * ```ts
 * await using runtime = await createRuntime({ threads: 2 });
 * const sum = await runtime.run({ language: 'lua', code: 'local a, b = ... return a + b' }, { args: [1, 2] });
 * ```
 * @throws StintError `INVALID_ARGUMENT`
 */
export async function createRuntime(options?: RuntimeOptions): Promise<Runtime> {
  return new Runtime(options);
}
