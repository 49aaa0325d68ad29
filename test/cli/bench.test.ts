import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Results } from '#stint/bench/results';
import { runStint, startStint } from './run-stint.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stint-bench-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ONE_SUITE = ['bench', '--quick', '--only', 'restarts'];

describe('stint bench', () => {
  it('measures, and writes JSON and a page; then says what changed since', async () => {
    const first = await runStint([...ONE_SUITE, '--json', 'one.json', '--report', 'one.html'], folder);
    const results = JSON.parse(readFileSync(join(folder, 'one.json'), 'utf8')) as Results;
    expect(first.stderr).toBe('');
    expect(first.stdout).toContain('two threads: closed: p50');
    expect(first.status).toBe(results.missed === 0 ? 0 : 1);
    expect(results.suites[0]?.rows.find(({ id }) => id === 'teardown')?.samples).toBe(3 * results.runs);
    expect(readFileSync(join(folder, 'one.html'), 'utf8')).toMatch(
      /^<!doctype html>[\s\S]*two threads: closed[\s\S]*<\/html>\n$/,
    );

    // A past in which everything took a thousandth of the time.
    const scaled = JSON.stringify(results, (key, value) => {
      if (key === 'p50') return value / 1000;
      return key === 'values' ? value.map((one: number) => one / 1000) : value;
    });
    writeFileSync(join(folder, 'faster.json'), scaled);
    const second = await runStint([...ONE_SUITE, '--compare', 'faster.json'], folder);
    expect(second.stdout).toMatch(/worse {2}restarts\/init: \S+ times/);
    expect(readdirSync(folder).sort()).toEqual(['faster.json', 'one.html', 'one.json']);
  });

  it.each([
    [['--compare', 'nothing.json'], '--compare nothing.json'],
    [['--compare', 'wrong.json'], 'it is not JSON'],
    [['--compare', 'other.json'], 'its "format" is not "stint-bench"'],
    [['--json', 'no/such/folder.json'], '--json no/such/folder.json cannot be written: there is no such directory'],
    [['--report', '.'], '--report . cannot be written: it is a directory'],
    [['--json', 'kept.json', '--report', 'no/report.html'], '--report no/report.html cannot be written'],
    [['--json', 'a.out', '--report', './a.out'], 'give them two files'],
    [['--only', 'speed'], "--only is 'speed'"],
    [['--fast'], 'unknown option'],
    [['extra'], 'too many arguments'],
  ])(
    'says in one line what is wrong with %j, before anything is measured, and leaves nothing',
    async (args, message) => {
      writeFileSync(join(folder, 'wrong.json'), '{');
      writeFileSync(join(folder, 'other.json'), '{"format":"npm"}');
      writeFileSync(join(folder, 'kept.json'), 'precious');
      const { stdout, stderr, status } = await runStint(['bench', ...args], folder);
      expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
      expect(stderr).toContain(message);
      expect(stderr.replace('(see --help)\n', '').trim().split('\n')).toHaveLength(1);
      expect(readFileSync(join(folder, 'kept.json'), 'utf8')).toBe('precious');
      expect(readdirSync(folder).sort()).toEqual(['kept.json', 'other.json', 'wrong.json']);
    },
  );

  it('ends by Ctrl-C with 130, and leaves no file', async () => {
    const child = startStint(['bench', '--only', 'frames', '--json', 'out.json'], folder);
    // The file beside the one to be is there when it begins to measure.
    while (readdirSync(folder).length === 0) await new Promise((resolve) => setImmediate(resolve));
    child.kill('SIGINT');
    const [status] = await once(child, 'close');
    // Before the listener is there, the signal itself ends it.
    expect([130, null]).toContain(status);
    if (status === 130) expect(readdirSync(folder)).toEqual([]);
  });
});
