import type { EventEmitter } from 'node:events';
import { invalid, requireOptions } from '../errors/invalid.js';
import type { GrowthLimit } from './leak-verdict.js';
import type { Measure } from './measures.js';
import type { SampleOptions } from './sample.js';

const MIB = 1024 ** 2;

/** What may be added while one watches. V8 and allocators settle by megabytes; of the rest, one more may be a step. */
export const DEFAULT_LIMITS: Readonly<Record<Measure | 'listeners', GrowthLimit>> = {
  rss: { rate: 0, total: 8 * MIB },
  heap: { rate: 0, total: MIB },
  external: { rate: 0, total: MIB / 2 },
  descriptors: { rate: 0, total: 1.5 },
  threads: { rate: 0, total: 1.5 },
  segments: { rate: 0, total: 1.5 },
  children: { rate: 0, total: 1.5 },
  zombies: { rate: 0, total: 1.5 },
  timers: { rate: 0, total: 1.5 },
  resources: { rate: 0, total: 1.5 },
  listeners: { rate: 0, total: 1.5 },
};

const OPTIONS = ['counters', 'emitters', 'limits', 'segmentPrefix'];

/** What a {@link LeakWatch} looks at beside the process itself. */
export interface LeakWatchOptions extends SampleOptions {
  /** What else is counted, by name: live VMs of a runtime, say. The limits are those of the other counts. */
  counters?: Record<string, () => number>;
  /** Emitters and signals whose listeners are counted, beside those of the process. */
  emitters?: Iterable<EventEmitter | EventTarget>;
  /** What growth is none, where it is not as usual. */
  limits?: Record<string, GrowthLimit>;
}

/**
 * Looks through what a watch was given: a limit that no measure has, or that is no number, would find no leak for ever.
 *
 * @param more other options that may be there
 * @throws StintError `INVALID_ARGUMENT`
 */
export function checkLeakOptions(options: LeakWatchOptions, more: readonly string[] = []): void {
  requireOptions(options, [...more, ...OPTIONS]);
  const { counters = {}, emitters = [], limits = {}, segmentPrefix } = options;
  for (const [name, count] of Object.entries(counters)) {
    if (typeof count !== 'function')
      throw invalid(`options.counters.${name}`, count, 'a function that returns a number');
    if (Object.hasOwn(DEFAULT_LIMITS, name))
      throw invalid('options.counters', name, 'called otherwise than the measures');
  }
  for (const [name, limit] of Object.entries(limits)) {
    const measures = [...Object.keys(DEFAULT_LIMITS), ...Object.keys(counters)];
    if (!measures.includes(name)) throw invalid('options.limits', name, `about ${measures.join(', ')}`);
    for (const part of ['rate', 'total'] as const) {
      const value: unknown = limit?.[part];
      if (typeof value !== 'number' || !(value >= 0)) {
        throw invalid(`options.limits.${name}.${part}`, value, 'a number from 0');
      }
    }
  }
  if (typeof emitters?.[Symbol.iterator] !== 'function') throw invalid('options.emitters', emitters, 'a list');
  for (const emitter of emitters) {
    if (!(emitter instanceof EventTarget) && typeof emitter?.eventNames !== 'function')
      throw invalid('what is in options.emitters', emitter, 'an emitter or a signal');
  }
  if (segmentPrefix !== undefined && typeof segmentPrefix !== 'string') {
    throw invalid('options.segmentPrefix', segmentPrefix, 'the beginning of names');
  }
}

/** What a counter says now. */
export function readCounter(name: string, count: () => unknown): number {
  const value = count();
  // In what is no number at all nothing grows.
  if (!Number.isFinite(value)) throw invalid(`options.counters.${name}()`, value, 'a number');
  return value as number;
}
