import { describe, expect, it } from 'vitest';
import { passed, runBench } from '#stint/bench/run-suites';
import type { SuiteName } from '#stint/bench/suites';
import { sample } from '#stint/monitor/index';

const nobody = 'no-such-suite' as SuiteName;

describe('runBench', () => {
  it('goes on after a suite that fails, and tells of it (invariant 4)', async () => {
    const told: string[] = [];
    const results = await runBench({
      quick: true,
      only: [nobody, 'restarts'],
      onProgress: (done, of, suite, run) => told.push(`${done}/${of} ${suite} ${run}`),
    });
    const [failed, restarts] = results.suites;
    expect(failed).toMatchObject({ name: nobody, rows: [], runs: results.runs });
    expect(failed?.failures[0]).toMatchObject({ run: 1, message: expect.stringContaining('not a function') });
    expect(restarts).toMatchObject({ name: 'restarts', title: 'Restarts', failures: [] });
    expect(restarts?.rows.find(({ id }) => id === 'descriptors')?.runs).toHaveLength(results.runs);
    expect(passed(results)).toBe(false);
    // All suites once before any is run again (invariant 2).
    expect(told.slice(0, 2)).toEqual([`0/6 ${nobody} 1`, '1/6 restarts 1']);
  });

  it.runIf(process.platform === 'linux')('ends at once when it is told to, and leaves no process', async () => {
    const controller = new AbortController();
    const running = runBench({
      quick: true,
      only: ['frames'],
      signal: controller.signal,
      onProgress: () => setImmediate(() => controller.abort(new Error('enough'))),
    });
    await expect(running).rejects.toThrow('enough');
    expect(sample().children?.filter(({ name }) => name === 'node' || name === 'MainThread')).toEqual([]);
  });
});
