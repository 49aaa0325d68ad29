import type { InterruptMeans } from '../control/interrupter.js';
import { State, stateOf } from '../control/task-word.js';
import type { EngineCounts } from '../engines/engine.js';
import type { EngineName } from '../engines/engine-name.js';
import type { HostGroup } from '../hosts/host-group.js';
import type { Isolation } from '../hosts/isolation.js';
import type { HostStats, RuntimeStats } from './stats.js';
import type { Tally } from './tally.js';
import type { TaskRun } from './task-run.js';
import type { TaskSet } from './task-set.js';

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
