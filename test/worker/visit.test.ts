import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { monotonicNow } from '#stint/control/clock';
import { ControlTable } from '#stint/control/control-table';
import { TableWatch } from '#stint/control/table-watch';
import type { Vm } from '#stint/engines/engine';
import type { Fiber } from '#stint/worker/fiber';
import { Visit } from '#stint/worker/visit';

const QUANTUM = 10;

describe('a visit', () => {
  it('asks for the look at the end of its slice, also if the interrupter looks just before the thread is in the VM', () => {
    const table = ControlTable.create(1, 1, 100, QUANTUM);
    const watch = new TableWatch(table, { interrupt: () => undefined, break: () => true, terminate: () => undefined });
    const visit = new Visit(table, 0, () => undefined);
    const fiber = { order: { row: 0 }, addCpu: (_ms: number) => undefined } as Fiber;
    onTestFinished(() => visit.leave(fiber));
    // The interrupter expects to look once more, as the thread was in a VM a moment ago.
    table.threads.setRunnable(0, 1);
    table.threads.enter(0, 0, true);
    table.threads.enter(0);
    const now = monotonicNow();
    expect(watch.look(now, false)).toBe(now + QUANTUM);
    const enter = table.threads.enter.bind(table.threads);
    vi.spyOn(table.threads, 'enter').mockImplementationOnce((...entry) => {
      expect(watch.look(now, false)).toBe(Number.POSITIVE_INFINITY);
      enter(...entry);
    });
    expect(visit.enter(fiber, { preemptible: true } as Vm, 1)).toBe(true);
  });
});
