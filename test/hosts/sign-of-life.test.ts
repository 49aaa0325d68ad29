import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ControlTable } from '#stint/control/control-table';
import type { InterrupterLease } from '#stint/control/interrupter';
import { ChildProcess } from '#stint/hosts/child-process';
import { SignOfLife } from '#stint/hosts/sign-of-life';
import type { Job } from '#stint/worker/messages';
import { launch } from './launch.js';

const PATIENCE_MS = 100;

function watched() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const said: string[] = [];
  const sign = new SignOfLife(
    () => said.push('asked'),
    () => said.push('given up'),
    PATIENCE_MS,
  );
  return { sign, said, pass: (patiences: number) => vi.advanceTimersByTime(patiences * PATIENCE_MS + 1) };
}

describe('a process that has a task to begin', () => {
  it('is asked for a sign of life, and given up if none comes (1)', () => {
    const { sign, said, pass } = watched();
    sign.expect(1);
    pass(1);
    expect(said).toEqual(['asked']);
    pass(1);
    expect(said).toEqual(['asked', 'given up']);
  });

  it('is asked again and again, and never given up, as long as it answers (1)', () => {
    const { sign, said, pass } = watched();
    sign.expect(1);
    for (let i = 0; i < 10; i += 1) {
      pass(1);
      sign.heard();
    }
    expect(new Set(said)).toEqual(new Set(['asked']));
  });

  it('is not asked once all have begun (2)', () => {
    const { sign, said, pass } = watched();
    for (const row of [1, 2]) sign.expect(row);
    for (const row of [2, 1]) sign.settle(row);
    expect(vi.getTimerCount()).toBe(0);
    pass(5);
    expect(said).toEqual([]);
  });

  it('is killed if it is stopped, and says why', async () => {
    const launched = await launch();
    process.kill(launched.pid as number, 'SIGSTOP');
    const interrupter = {
      start: () => undefined,
      look: () => undefined,
      expect: () => undefined,
    } as unknown as InterrupterLease;
    const table = ControlTable.create(4, 1, 1000, 10);
    const child = await new Promise<ChildProcess>((resolve) => {
      const made: ChildProcess = new ChildProcess(
        0,
        table,
        launched,
        interrupter,
        () => 100,
        () => undefined,
        () => resolve(made),
        PATIENCE_MS,
      );
      made.start({ row: 0, number: 1, args: [], timeout: 500, announce: true }, {} as Job, []);
      made.keepAlive(true);
    });
    expect(child.cause?.message).toBe('its process gave no sign of life for 100 ms, and was killed');
  });

  it('answers while it lives', async () => {
    const launched = await launch();
    await new Promise<void>((resolve) => {
      launched.listen(
        // Its worker thread answers, unless that is still loading: then the main one does.
        ({ op }) => op === 'here' && resolve(),
        () => undefined,
        resolve,
      );
      launched.send({ op: 'ask' });
    });
  });
});
