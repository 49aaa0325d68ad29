import type { EventEmitter } from 'node:events';
import type { Sample } from './sample.js';

/** What can be watched of a {@link Sample}, by name, with the unit. Of this process and those below it, where the system tells. */
export const MEASURES = {
  rss: 'bytes',
  heap: 'bytes',
  external: 'bytes',
  descriptors: 'count',
  threads: 'count',
  segments: 'count',
  children: 'count',
  zombies: 'count',
  timers: 'count',
  resources: 'count',
} as const;

/** The name of what can be watched. */
export type Measure = keyof typeof MEASURES;
/** What a measure is in. */
export type Unit = (typeof MEASURES)[Measure];

const TIMERS = ['Timeout', 'Immediate'];

/** A sample as numbers. Undefined: the system does not tell. */
export function measuresOf(sample: Sample): Record<Measure, number | undefined> {
  const { children, resources } = sample;
  const timers = TIMERS.reduce((sum, kind) => sum + (resources[kind] ?? 0), 0);
  const all = Object.values(resources).reduce((sum, count) => sum + count, 0);
  return {
    rss: sample.rss + total(children, ({ rss }) => rss),
    heap: sample.heap,
    external: sample.external,
    descriptors:
      sample.descriptors && sample.descriptors.total + total(children, (child) => child.descriptors?.total ?? 0),
    threads: sample.threads && sample.threads + total(children, ({ threads }) => threads),
    segments: sample.segments?.length,
    children: children?.length,
    zombies: sample.zombies,
    timers,
    resources: all - timers,
  };
}

/** How many listeners there are on some emitters, for all events together; for signals and other targets, those of `abort`. */
export function countListeners(
  emitters: Iterable<EventEmitter | EventTarget>,
  listenersOf: (target: EventTarget, type: string) => readonly unknown[],
): number {
  let count = 0;
  for (const emitter of emitters) {
    if (emitter instanceof EventTarget) count += listenersOf(emitter, 'abort').length;
    else for (const name of emitter.eventNames()) count += emitter.listenerCount(name);
  }
  return count;
}

function total<T>(items: readonly T[] | undefined, of: (item: T) => number): number {
  return items?.reduce((sum, item) => sum + of(item), 0) ?? 0;
}
