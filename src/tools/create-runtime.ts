import { createRuntime as create } from '../runtime/create-runtime.js';
import type { Runtime } from '../runtime/runtime.js';
import type { RuntimeOptions as OptionsWithPort } from '../runtime/runtime-options.js';
import type { ToolPort } from '../runtime/tool-port.js';
import type { Tool } from './tool.js';

/** What a runtime can be told. */
export interface RuntimeOptions extends Omit<OptionsWithPort, 'tools'> {
  /**
   * The tools that its scripts may call, as far as `RunOptions.tools` says: a registry, whose policy holds, or tools, of which the `safe`
   * ones can be called. Default: none.
   */
  tools?: ToolPort | readonly Tool[];
}

/**
 * Makes a runtime. Its threads start at once, in parallel; a task that comes before they are there waits.
 *
 * @example
 * ```ts
 * await using runtime = await createRuntime({ threads: 2 });
 * const sum = await runtime.run({ language: 'lua', code: 'local a, b = ... return a + b' }, { args: [1, 2] });
 * ```
 * @throws StintError `INVALID_ARGUMENT`
 */
export async function createRuntime(options?: RuntimeOptions): Promise<Runtime> {
  if (!Array.isArray(options?.tools)) return create(options as OptionsWithPort | undefined);
  const { ToolRegistry } = await import('./registry.js');
  return create({ ...options, tools: new ToolRegistry({ tools: options.tools as readonly Tool[] }) });
}
