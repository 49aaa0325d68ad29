import { describe, expect, it } from 'vitest';
import { rowOf } from '#stint/bench/row';
import { runBench } from '#stint/bench/run-suites';
import { SUITE_NAMES } from '#stint/bench/suites';

/** What `stint bench --json` writes: `--compare` of later versions reads it, and so do people's programs. */
describe('the JSON of stint bench', () => {
  it('has these fields', async () => {
    const results = await runBench({ quick: true, only: ['restarts'] });
    expect(Object.keys(results)).toEqual(
      'format version quick at tookMs runs machine versions suites met missed'.split(' '),
    );
    expect(results).toMatchObject({ format: 'stint-bench', version: 1 });
    expect(Object.keys(results.machine)).toEqual(['cpu', 'cores', 'memoryMb', 'system']);
    expect(Object.keys(results.suites[0] ?? {})).toEqual(['name', 'title', 'about', 'runs', 'rows', 'failures']);
    expect(Object.keys(results.suites[0]?.rows[0] ?? {})).toEqual(
      'id title unit better samples min p50 p95 p99 max mean cv runs targets verdict note'.split(' '),
    );
    const { runs, targets } = rowOf([
      {
        id: 'a',
        title: 'a',
        unit: 'ms',
        better: 'lower',
        values: [1],
        targets: [{ statistic: 'max', relation: '<=', value: 1, source: 's' }],
      },
    ]);
    expect(Object.keys(runs[0] ?? {})).toEqual(['samples', 'p50', 'values']);
    expect(targets).toEqual([{ statistic: 'max', relation: '<=', value: 1, source: 's', actual: 1, met: true }]);
  });

  it('has these suites', () => {
    expect(SUITE_NAMES.join(' ')).toBe(
      'creation calls workloads callers processes threads memory leaks timeouts frames sockets kernel restarts',
    );
  });
});
