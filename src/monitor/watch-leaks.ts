import { invalid } from '../errors/invalid.js';
import { checkLeakOptions, type LeakWatchOptions } from './leak-options.js';
import { LEAST_POINTS } from './leak-verdict.js';
import { type LeakVerdict, LeakWatch } from './leak-watch.js';

/** How often the work is done, and what is looked at beside the process. */
export interface WatchLeaksOptions extends LeakWatchOptions {
  /** How often the work is done under watch. Default: 50. */
  cycles?: number;
  /** How often it is done before: caches fill, code is compiled. Default: 10. */
  warmup?: number;
}

/** So many samples say enough: with more cycles, not every one is followed by a sample. */
const ENOUGH_SAMPLES = 100;
const MOST_CYCLES = 1e9;

/**
 * Does a work again and again, and says whether memory, descriptors, threads, segments, processes, timers or listeners grow with it.
 *
 * @param work one cycle; gets its number, from 0 (the warm-up's are negative). What it throws is thrown.
 * @throws StintError `INVALID_ARGUMENT`
 * @example
 * ```ts
 * const { leaks, leaking, series } = await watchLeaks(() => runtime.run(source), { cycles: 100 });
 * ```
 */
export async function watchLeaks(
  work: (cycle: number) => unknown,
  options: WatchLeaksOptions = {},
): Promise<LeakVerdict & { readonly cycles: number }> {
  checkLeakOptions(options, ['cycles', 'warmup']);
  const { cycles = 50, warmup = 10, ...others } = options;
  if (typeof work !== 'function') throw invalid('work', work, 'a function');
  requireWhole('options.cycles', cycles, LEAST_POINTS);
  requireWhole('options.warmup', warmup, 0);
  using watch = await LeakWatch.open(others);
  const every = Math.ceil(cycles / ENOUGH_SAMPLES);
  for (let cycle = -warmup; cycle < cycles; cycle += 1) {
    await work(cycle);
    if (cycle >= 0 && cycle % every === 0) await watch.sample(cycle);
  }
  return { ...(watch.verdict() as LeakVerdict), cycles };
}

function requireWhole(name: string, value: unknown, least: number): void {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > MOST_CYCLES) {
    throw invalid(name, value, `a whole number from ${least} to ${MOST_CYCLES}`);
  }
}
