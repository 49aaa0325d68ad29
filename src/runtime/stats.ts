import type { InterruptMeans } from '../control/interrupter.js';
import { State, stateOf } from '../control/task-word.js';
import type { EngineCounts } from '../engines/engine.js';
import type { EngineName } from '../engines/engine-name.js';
import type { HostGroup } from '../hosts/host-group.js';
import type { Isolation } from '../hosts/isolation.js';
import type { OutcomeKind, Rung } from './outcome.js';
import type { Tally } from './tally.js';
import type { TaskRun } from './task-run.js';
import type { TaskSet } from './task-set.js';

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
  readonly threads: HostStats;
  /** Child processes; the one that is kept ready is not counted. */
  readonly processes: HostStats;
  /** How scripts are interrupted here. */
  readonly interrupts: InterruptMeans;
  /** Tasks that wait for a slot or a thread. */
  readonly queued: number;
  /** Tasks that have a slot and a thread. */
  readonly live: number;
  readonly running: number;
  readonly waiting: number;
  readonly stopping: number;
  /** How often a script was cut off at the end of its slice, and how often a waiting one was woken. */
  readonly slices: number;
  readonly wakeups: number;
  /** How long tasks that have ended waited for their start, and how long they took from there, in ms. */
  readonly queueMs: Percentiles;
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

/** What a runtime knows of itself. */
export interface RuntimeParts {
  readonly name: string;
  readonly interrupts: InterruptMeans;
  readonly groups: ReadonlyMap<Isolation, HostGroup<TaskRun>>;
  readonly tasks: TaskSet;
  readonly tally: Tally;
}

export function readStats({ name, interrupts, groups, tasks, tally }: RuntimeParts): RuntimeStats {
  const all = [...groups.values()];
  const states = tasks.list().map(({ row, hosts }) => (row === undefined ? undefined : stateOf(hosts.table.word(row))));
  const count = (...wanted: (State | undefined)[]): number => states.filter((state) => wanted.includes(state)).length;
  const sum = (of: (group: HostGroup<TaskRun>) => number): number => all.reduce((total, group) => total + of(group), 0);
  return {
    name,
    threads: hostStats(groups.get('thread')?.pool),
    processes: hostStats(groups.get('process')?.pool),
    interrupts,
    queued: count(undefined, State.queued),
    live: sum(({ dispatcher }) => dispatcher.live),
    running: count(State.running),
    waiting: count(State.waiting),
    stopping: count(State.stopping, State.breaking, State.ended),
    slices: sum(({ table }) => table.threads.counted('slices')),
    wakeups: sum(({ table }) => table.threads.counted('wakeups')),
    ...tally.read(),
    engines: sumEngines(all.flatMap(({ pool }) => pool.hosts.map((host) => host.engineCounts))),
  };
}

/** The engines of all threads taken together. */
function sumEngines(
  threads: Iterable<Partial<Record<EngineName, EngineCounts>>>,
): Partial<Record<EngineName, EngineCounts>> {
  const sums: Partial<Record<EngineName, EngineCounts>> = {};
  for (const thread of threads) {
    for (const [name, counts] of Object.entries(thread) as [EngineName, EngineCounts][]) {
      const sum = sums[name] ?? { live: 0, spare: 0, instances: 0, tableSize: 0 };
      sums[name] = {
        live: sum.live + counts.live,
        spare: sum.spare + counts.spare,
        instances: sum.instances + counts.instances,
        tableSize: Math.max(sum.tableSize, counts.tableSize),
      };
    }
  }
  return sums;
}

/** What a pool knows of its hosts. */
interface PoolCounts {
  readonly hosts: readonly unknown[];
  readonly started: number;
  readonly lost: number;
  readonly restartsIn: number;
}

/** The hosts of one kind; none if they were never needed. */
function hostStats(pool: PoolCounts | undefined): HostStats {
  if (pool === undefined) return { count: 0, started: 0, lost: 0, restartsInMs: 0 };
  return { count: pool.hosts.length, started: pool.started, lost: pool.lost, restartsInMs: pool.restartsIn };
}
