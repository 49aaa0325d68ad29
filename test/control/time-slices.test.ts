import { beforeEach, describe, expect, it } from 'vitest';
import { monotonicNow } from '#stint/control/clock';
import { ControlTable } from '#stint/control/control-table';
import { TableWatch } from '#stint/control/table-watch';
import { State, StopReason, stateOf } from '#stint/control/task-word';

const QUANTUM = 10;

let table: ControlTable;
let watch: TableWatch;
let cut: (number | undefined)[];

beforeEach(() => {
  table = ControlTable.create(4, 2, 100, QUANTUM);
  // Their own code is there.
  for (const thread of [0, 1]) table.threads.endLoading(thread);
  cut = [];
  watch = new TableWatch(table, {
    interrupt: (thread) => cut.push(table.threads.takePreempted(thread)),
    break: () => true,
    terminate: () => undefined,
  });
});

const look = (now: number): number => watch.look(now, true);

/** Lets a task run on a thread; returns when its slice is over. */
function run(row: number, thread: number, preemptible = true): number {
  table.assign(row, row + 1, thread);
  table.begin(row, row + 1, Number.POSITIVE_INFINITY);
  table.threads.enter(thread, row, preemptible);
  return table.threads.sliceEnd(thread);
}

describe('time slices', () => {
  it('leave a script alone that nobody else wants the thread from (invariant 1)', () => {
    const end = run(0, 0);
    expect(look(end + 1000)).toBe(Number.POSITIVE_INFINITY);
    expect(cut).toEqual([]);
  });

  it('cut a script off after its quantum if another is runnable, and not before', () => {
    const end = run(0, 0);
    table.threads.setRunnable(0, 1);
    expect(look(end - 1)).toBe(end - 1 + 1);
    expect(table.slicesDue).toBe(Math.floor(end));
    expect(cut).toEqual([]);
    look(end);
    expect(cut).toEqual([0]);
  });

  it('cut it off if a message waits for the thread', () => {
    const end = run(1, 1);
    table.threads.notePosted(1);
    look(end);
    expect(cut).toEqual([1]);
    table.threads.noteReceived(1);
    look(end + 100);
    expect(cut).toEqual([1]);
  });

  it('cut it off while the thread loads what another needs', () => {
    const end = run(0, 0);
    table.threads.beginLoading(0);
    look(end);
    expect(cut).toEqual([0]);
    table.threads.endLoading(0);
    expect(look(end + QUANTUM)).toBe(Number.POSITIVE_INFINITY);
  });

  it('ask again after another quantum', () => {
    const end = run(0, 0);
    table.threads.setRunnable(0, 1);
    expect(look(end)).toBe(end + QUANTUM);
    look(end + QUANTUM);
    expect(cut).toEqual([0, 0]);
  });

  it('look once a quantum at threads that go in and out of VMs, and not at idle ones (invariant 3)', () => {
    const end = run(0, 0);
    table.threads.setRunnable(0, 1);
    table.threads.enter(0);
    expect(look(end)).toBe(end + QUANTUM);
    expect(look(end + QUANTUM)).toBe(Number.POSITIVE_INFINITY);
  });

  it('do not ask a VM that cannot be left', () => {
    run(0, 0, false);
    table.threads.setRunnable(0, 1);
    expect(look(monotonicNow() + 1000)).toBe(Number.POSITIVE_INFINITY);
    expect(cut).toEqual([]);
  });
});

describe('the watch over a table', () => {
  it('sees a deadline in time that is announced, and keeps it while it looks at slices only', () => {
    run(0, 0);
    table.threads.setRunnable(0, 1);
    const now = monotonicNow();
    watch.look(now, true);
    table.assign(1, 2, 1);
    table.begin(1, 2, 50);
    const deadline = table.deadline(1);
    expect(deadline).toBeLessThan(table.tasksDue);
    watch.look(now, true);
    expect(table.tasksDue).toBe(Math.floor(deadline));
    for (let later = 0; later < 40; later += 10) watch.look(now + later, false);
    expect(table.tasksDue).toBe(Math.floor(deadline));
    expect(table.stopRequested(1)).toBe(false);
    watch.look(deadline + 1, false);
    expect(table.stopRequested(1)).toBe(true);
  });
});

describe('the calls of a thread', () => {
  it('are each taken once, and all of them together if there were too many to note', () => {
    const taken: (number | undefined)[] = [];
    const take = (): void => table.threads.takeCalls(0, (row) => taken.push(row));
    table.threads.callFor(0, 3);
    table.threads.callFor(0, 1);
    take();
    take();
    expect(taken.splice(0)).toEqual([3, 1]);
    for (let i = 0; i < 65; i += 1) table.threads.callFor(0, i);
    take();
    expect(taken).toEqual([undefined]);
  });

  it('are not asked for behind a break, which would unwind the question in place of the script', () => {
    const end = run(0, 0);
    table.threads.setRunnable(0, 1);
    table.requestStop(0, 1, StopReason.cancelled);
    look(end - 1000);
    look(end - 900);
    look(end - 800);
    expect(stateOf(table.word(0))).toBe(State.breaking);
    cut = [];
    look(end);
    look(end + QUANTUM);
    expect(cut).toEqual([]);
    table.threads.breakCame(0);
    look(end + 2 * QUANTUM);
    expect(cut).toEqual([0]);
  });
});
