import { LEAST_MEMORY, parseMemory } from '../runtime/limits.js';
import type { RunOptions } from '../runtime/run-options.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Source } from '../runtime/source.js';

/**
 * A runtime whose scripts get no more memory than `most`, and that much if nothing is asked for. Modules, which have no VM of their own, run as they
 * would in `runtime` itself.
 */
export function boundedRuntime(runtime: Runtime, most: number): Runtime {
  const bounds = Math.max(LEAST_MEMORY, most);
  const own = {
    run: (source: Source, options?: RunOptions) => {
      try {
        return runtime.run(source, bounded(source, options, bounds));
      } catch (error) {
        return Promise.reject(error);
      }
    },
    start: (source: Source, options?: RunOptions) => runtime.start(source, bounded(source, options, bounds)),
    runSync: (source: Source, options?: RunOptions) => runtime.runSync(source, bounded(source, options, bounds)),
    map: (source: Source, inputs: Iterable<unknown>, options?: RunOptions) =>
      runtime.map(source, inputs, bounded(source, options, bounds) ?? {}),
  };
  return new Proxy(runtime, {
    get(_, key) {
      if (Object.hasOwn(own, key)) return own[key as keyof typeof own];
      const value: unknown = Reflect.get(runtime, key);
      if (key === 'inner') return boundedRuntime(value as Runtime, most);
      // Its private fields are those of the runtime itself.
      return typeof value === 'function' ? value.bind(runtime) : value;
    },
  });
}

/** What is wrong in source and options is for the runtime to say. */
function bounded(source: Source, options: RunOptions | undefined, most: number): RunOptions | undefined {
  if (!isPlain(source) || 'module' in source || !(options === undefined || isPlain(options))) return options;
  const { limits = {} } = options ?? {};
  if (!isPlain(limits)) return options;
  const { memory } = limits;
  const asked = memory === undefined ? most : parseMemory(memory, 'options.limits.memory');
  return { ...options, limits: { ...limits, memory: Math.min(asked, most) } };
}

function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
