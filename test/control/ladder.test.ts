import { beforeEach, describe, expect, it } from 'vitest';
import { monotonicNow } from '#stint/control/clock';
import { ControlTable } from '#stint/control/control-table';
import { Ladder } from '#stint/control/ladder';
import { numberOf, StopReason } from '#stint/control/task-word';

const GRACE = 100;
const FOREVER = Number.POSITIVE_INFINITY;

let table: ControlTable;
let taken: string[];
let canBreak: boolean;
let ladder: Ladder;

beforeEach(() => {
  table = ControlTable.create(4, 2, GRACE, 10);
  taken = [];
  canBreak = true;
  ladder = new Ladder(table, {
    interrupt: (thread) =>
      table.threads.takeCalls(thread, (row) =>
        taken.push(`stop ${thread} ${row} ${numberOf(table.word(row as number))}`),
      ),
    break: (thread) => {
      taken.push(`break ${thread}`);
      return canBreak;
    },
    terminate: (thread) => taken.push(`terminate ${thread}`),
  });
});

function run(row: number, number: number, timeout: number, thread = 0): number {
  table.assign(row, number, thread);
  table.begin(row, number, timeout);
  table.threads.enter(thread, row);
  return table.beganAt(row);
}

describe('ladder', () => {
  it('sleeps for ever when no task has a deadline', () => {
    run(0, 1, FOREVER);
    expect(ladder.look(monotonicNow())).toBe(FOREVER);
    expect(taken).toEqual([]);
  });

  it('sleeps until the nearest deadline (invariant 4)', () => {
    const began = run(0, 1, 5000);
    run(1, 2, 9000, 1);
    expect(ladder.look(began)).toBe(began + 5000);
  });

  it('stops a task at its deadline and not before (invariant 1)', () => {
    const began = run(0, 1, 300);
    ladder.look(began + 299);
    expect(taken).toEqual([]);
    ladder.look(began + 300);
    expect(taken).toEqual(['stop 0 0 1']);
    expect(table.end(0, 1)).toBe(StopReason.timeout);
  });

  it('takes a task that does not end up all rungs, in order and in time', () => {
    const at = run(0, 1, 300) + 300;
    expect(ladder.look(at)).toBe(at + GRACE / 2);
    expect(ladder.look(at + 49)).toBe(at + 50);
    expect(taken).toEqual(['stop 0 0 1']);
    expect(ladder.look(at + 50)).toBe(at + GRACE);
    expect(taken).toEqual(['stop 0 0 1', 'stop 0 0 1']);
    const patience = ladder.look(at + 100) - (at + 100);
    expect(taken.at(-1)).toBe('break 0');
    expect(table.rung(0)).toBe('break');
    expect(ladder.look(at + 100 + patience)).toBe(FOREVER);
    expect(taken.at(-1)).toBe('terminate 0');
    expect(table.rung(0)).toBe('terminate');
  });

  it('takes no further rung for a task that has ended meanwhile (invariant 2)', () => {
    const at = run(0, 1, 300) + 300;
    ladder.look(at);
    table.end(0, 1);
    ladder.look(at + 1000);
    expect(taken).toEqual(['stop 0 0 1']);
  });

  it('starts from the first rung for a new task in the row of one that was being stopped', () => {
    const at = run(0, 1, 300) + 300;
    ladder.look(at);
    table.end(0, 1);
    table.release(0);
    run(0, 2, FOREVER);
    table.requestStop(0, 2, StopReason.cancelled);
    ladder.look(at + 1000);
    expect(taken).toEqual(['stop 0 0 1', 'stop 0 0 2']);
  });

  it('sends no break to a thread that is in the VM of another task (invariant 3)', () => {
    const at = run(0, 1, 300) + 300;
    run(1, 2, FOREVER);
    ladder.look(at);
    ladder.look(at + 50);
    ladder.look(at + 100);
    ladder.look(at + 1000);
    expect(taken.filter((action) => action.startsWith('stop 0 0 1')).length).toBe(4);
    expect(taken.some((action) => action.startsWith('break'))).toBe(false);
  });

  it('ends the thread where a break cannot be had', () => {
    canBreak = false;
    const at = run(0, 1, 300) + 300;
    for (const later of [0, 50, 100]) ladder.look(at + later);
    expect(taken.slice(-2)).toEqual(['break 0', 'terminate 0']);
    expect(table.rung(0)).toBe('terminate');
  });
});
