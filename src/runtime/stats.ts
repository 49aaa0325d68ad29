import type { InterruptMeans } from '../control/interrupter.js';
import type { EngineCounts } from '../engines/engine.js';
import type { EngineName } from '../engines/engine-name.js';
import type { OutcomeKind, Rung } from './outcome.js';

/** What is known of many durations, in ms. All 0 if there was none. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The threads of a runtime, or its child processes. */
export interface HostStats {
  /** Those that are there now. */
  readonly count: number;
  /** Started so far, replaced ones included. */
  readonly started: number;
  /** Those that died by themselves. */
  readonly lost: number;
  /** Milliseconds until one that died may be replaced: more each time, as long as none gets a task done. */
  readonly restartsInMs: number;
}

/** What a runtime is doing and has done. */
export interface RuntimeStats {
  readonly name: string;
  /** Its worker threads in this process. */
  readonly threads: HostStats;
  /** Child processes; the one that is kept ready is not counted. */
  readonly processes: HostStats;
  /** How scripts are interrupted here. */
  readonly interrupts: InterruptMeans;
  /** Tasks that wait for a slot or a thread. */
  readonly queued: number;
  /** Tasks that have a slot and a thread. */
  readonly live: number;
  /** Of the live ones, by state. */
  readonly running: number;
  readonly waiting: number;
  readonly stopping: number;
  /** How often a script was cut off at the end of its slice. */
  readonly slices: number;
  /** How often a waiting one was woken. */
  readonly wakeups: number;
  /** How long tasks that have ended waited for their start. */
  readonly queueMs: Percentiles;
  /** How long they took from there. */
  readonly runMs: Percentiles;
  /** Tasks accepted so far. */
  readonly started: number;
  /** Tasks that have their outcome, by kind. */
  readonly ended: Readonly<Record<OutcomeKind, number>>;
  /** Tasks that had to be made to end, by the rung it took. */
  readonly rungs: Readonly<Record<Rung, number>>;
  /** What the engines of all threads held when last heard of. */
  readonly engines: Partial<Record<EngineName, EngineCounts>>;
}
