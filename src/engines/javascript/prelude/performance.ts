import type { Primordials } from './primordials.js';

/**
 * Guest code (see primordials.ts): `performance` as a script expects it. QuickJS counts from the moment in which a VM was made, which for one that
 * began as an image says nothing.
 *
 * @returns has the time begin
 */
export function makePerformance(p: Primordials): () => void {
  const { now } = (globalThis as unknown as { performance: { now: () => number } }).performance;
  const clock = {};
  const define = (holder: object, name: string, value: unknown, enumerable: boolean): void => {
    p.define(holder, name, { __proto__: null, value, writable: true, enumerable, configurable: true } as never);
  };
  define(globalThis, 'performance', clock, false);
  return () => {
    const start = now();
    define(clock, 'now', () => now() - start, true);
    define(clock, 'timeOrigin', p.dateNow(), true);
  };
}
