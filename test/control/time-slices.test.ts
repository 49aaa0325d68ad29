import { beforeEach, describe, expect, it } from 'vitest';
import { monotonicNow } from '#stint/control/clock';
import { ControlTable } from '#stint/control/control-table';
import { TableWatch } from '#stint/control/table-watch';

const QUANTUM = 10;

let table: ControlTable;
let watch: TableWatch;
let cut: (number | undefined)[];

beforeEach(() => {
  table = ControlTable.create(4, 2, 100, QUANTUM);
  cut = [];
  watch = new TableWatch(table, {
    interrupt: (thread) => cut.push(table.takePreempted(thread)),
    break: () => true,
    terminate: () => undefined,
  });
});

/** Lets a task run on a thread; returns when its slice is over. */
function run(row: number, thread: number, preemptible = true): number {
  table.assign(row, row + 1, thread);
  table.begin(row, row + 1, Number.POSITIVE_INFINITY);
  table.enter(thread, row, preemptible);
  return table.sliceEnd(thread);
}

describe('time slices', () => {
  it('leave a script alone that nobody else wants the thread from (invariant 1)', () => {
    const end = run(0, 0);
    expect(watch.look(end + 1000)).toBe(Number.POSITIVE_INFINITY);
    expect(cut).toEqual([]);
  });

  it('cut a script off after its quantum if another is runnable, and not before', () => {
    const end = run(0, 0);
    table.setRunnable(0, 1);
    expect(watch.look(end - 1)).toBe(end - 1 + 1);
    expect(table.wakeAt).toBe(Math.floor(end));
    expect(cut).toEqual([]);
    watch.look(end);
    expect(cut).toEqual([0]);
  });

  it('cut it off if a message waits for the thread', () => {
    const end = run(1, 1);
    table.notePosted(1);
    watch.look(end);
    expect(cut).toEqual([1]);
    table.noteReceived(1);
    watch.look(end + 100);
    expect(cut).toEqual([1]);
  });

  it('ask again after another quantum', () => {
    const end = run(0, 0);
    table.setRunnable(0, 1);
    expect(watch.look(end)).toBe(end + QUANTUM);
    watch.look(end + QUANTUM);
    expect(cut).toEqual([0, 0]);
  });

  it('do not ask a VM that cannot be left', () => {
    run(0, 0, false);
    table.setRunnable(0, 1);
    expect(watch.look(monotonicNow() + 1000)).toBe(Number.POSITIVE_INFINITY);
    expect(cut).toEqual([]);
  });
});

describe('the calls of a thread', () => {
  it('are each taken once, and all of them together if there were too many to note', () => {
    const taken: (number | undefined)[] = [];
    const take = (): void => table.takeCalls(0, (row) => taken.push(row));
    table.callFor(0, 3);
    table.callFor(0, 1);
    take();
    take();
    expect(taken.splice(0)).toEqual([3, 1]);
    for (let i = 0; i < 65; i += 1) table.callFor(0, i);
    take();
    expect(taken).toEqual([undefined]);
  });
});
