import { type LeakVerdict, LeakWatch } from '../monitor/index.js';
import type { Outcome } from '../runtime/outcome.js';
import type { RunOptions } from '../runtime/run-options.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Source } from '../runtime/source.js';
import { describeMachine, type Machine, readVersions } from './results.js';

export interface SoakOptions {
  readonly runtime: Runtime;
  readonly source: Source;
  readonly runOptions: RunOptions;
  /** How often, or for how many ms (longer, if that is too short for a verdict). */
  readonly length: { readonly cycles: number } | { readonly durationMs: number };
  /** Names of shared memory that begin so count, beside what is mapped. */
  readonly segmentPrefix: string | undefined;
  readonly signal: AbortSignal;
  /** Told after each run: how much of it is done, from 0 to 1. */
  readonly onProgress: (share: number, cycles: number) => void;
}

/** What `stint soak --json` prints. */
export interface SoakResults extends LeakVerdict {
  readonly format: 'stint-soak';
  readonly version: 1;
  readonly file: string;
  /** ISO 8601. */
  readonly at: string;
  /** Runs under watch, and runs before that. */
  readonly cycles: number;
  readonly warmup: number;
  readonly tookMs: number;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
}

/** How much of the whole comes before the watch: caches fill, code is compiled, allocators settle. */
const WARMUP_SHARE = 0.25;
/** So many runs come before the watch of a number of runs at least: before that the process itself has not settled, and grows by 10 MB. */
const LEAST_WARMUP = 40;
const SAMPLES = 100;

/**
 * Runs the same again and again, one after the other, and watches what grows.
 *
 * @returns the verdict, or the first outcome that was not `completed`
 */
export async function soak(options: SoakOptions, file: string): Promise<SoakResults | Outcome> {
  const { runtime, source, runOptions, length, segmentPrefix, signal, onProgress } = options;
  // What the first run starts is no part of the time.
  const first = await runtime.start(source, { ...runOptions, signal }).outcome;
  if (first.kind !== 'completed') return first;
  using watch = await LeakWatch.open({ segmentPrefix, counters: { vms: () => liveVms(runtime) } });
  const at = new Date().toISOString();
  const from = performance.now();
  const [start, watched] = portions(length);
  const whole = start + watched;
  const every = watched / SAMPLES;
  let done = 0;
  let warmup = 0;
  let due = start;
  for (;;) {
    const outcome = await runtime.start(source, { ...runOptions, signal }).outcome;
    if (outcome.kind !== 'completed') return outcome;
    done += 1;
    const place = 'cycles' in length ? done : performance.now() - from;
    if (place <= start) warmup = done;
    onProgress(Math.min(1, place / whole), done);
    if (place >= due) {
      await watch.sample(done - warmup);
      due = Math.max(due + every, place);
    }
    // A time may be too short for what a verdict needs: that comes first.
    const verdict = place < whole ? undefined : watch.verdict();
    if (verdict === undefined) continue;
    return {
      format: 'stint-soak',
      version: 1,
      file,
      at,
      cycles: done - warmup,
      warmup: warmup + 1,
      tookMs: Math.round(performance.now() - from),
      machine: describeMachine(),
      versions: readVersions(),
      ...verdict,
    };
  }
}

/** How much comes before the watch, and how much under it: runs or ms. */
function portions(length: SoakOptions['length']): [number, number] {
  if ('cycles' in length) return [Math.max(LEAST_WARMUP, length.cycles * WARMUP_SHARE), length.cycles];
  return [length.durationMs * WARMUP_SHARE, length.durationMs * (1 - WARMUP_SHARE)];
}

function liveVms(runtime: Runtime): number {
  return Object.values(runtime.stats().engines).reduce((sum, { live }) => sum + live, 0);
}
