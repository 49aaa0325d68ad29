import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runStint } from './run-stint.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stint-soak-test-'));
  const files = {
    'clean.lua': 'local t = {} for i = 1, 1000 do t[i] = { i } end return #t',
    'fails.lua': 'error("broken")',
    'slow.lua': 'sleep(400)',
    'sleeps.lua': 'sleep(5)',
    'calls.lua': 'return tool.calculator{ expression = "6 * 7" }.result',
    'leaky.mjs': `
      import { openSync, writeFileSync } from 'node:fs';
      const kept = [];
      export function buffers() { kept.push(Buffer.alloc(1024 * 1024, 1)); }
      export function descriptors() { kept.push(openSync('/dev/null')); }
      export function segments(prefix) { writeFileSync('/dev/shm/' + prefix + kept.push(0), 'x'); }
      export default () => kept.length;`,
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const soak = (...args: string[]) => runStint(['soak', ...args], folder);

describe('stint soak', () => {
  it('finds nothing in a clean script, and exits with 0', async () => {
    const { stdout, stderr, status } = await soak('clean.lua', '--cycles', '60', '--report', 'clean.html');
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toContain('clean.lua: 60 runs in');
    expect(stdout).toMatch(/nothing grows\n$/);
    expect(readFileSync(join(folder, 'clean.html'), 'utf8')).toContain('Nothing grows');
  });

  it.runIf(process.platform === 'linux')(
    'finds descriptors that a module leaves open in the host, and exits with 1',
    async () => {
      const { stdout, status } = await soak(
        'leaky.mjs',
        '--module',
        '--export',
        'descriptors',
        '--cycles',
        '40',
        '--json',
      );
      expect(status).toBe(1);
      const { format, version, leaks, leaking, series, cycles, warmup } = JSON.parse(stdout);
      expect({ format, version, leaks, leaking, cycles, warmup }).toEqual({
        format: 'stint-soak',
        version: 1,
        leaks: true,
        leaking: ['descriptors'],
        cycles: 40,
        warmup: 41,
      });
      expect(series.descriptors).toMatchObject({ value: 1, unit: 'count' });
    },
  );

  it.runIf(process.platform === 'linux')('finds segments of shared memory that a module leaves', async () => {
    const prefix = `stint-test-${process.pid}-soak-`;
    const args = [
      '--module',
      '--export',
      'segments',
      '--segments',
      prefix,
      '--arg',
      prefix,
      '--cycles',
      '16',
      '--json',
    ];
    const { stdout, status } = await soak('leaky.mjs', ...args);
    for (const name of readdirSync('/dev/shm')) if (name.startsWith(prefix)) rmSync(`/dev/shm/${name}`);
    expect({ status, leaking: JSON.parse(stdout).leaking }).toEqual({ status: 1, leaking: ['segments'] });
  });

  it('finds buffers that a module keeps in the host, and exits with 1', async () => {
    const { stdout, status } = await soak('leaky.mjs', '--module', '--export', 'buffers', '--cycles', '40');
    expect(status).toBe(1);
    expect(stdout).toMatch(/LEAKS rss .*\ngrows with every run: rss\n|LEAKS rss [\s\S]*grows with every run: .*rss/);
  });

  it('lets the script call the tools that --tool names', async () => {
    const { stdout, status } = await soak('calls.lua', '--cycles', '8', '--tool', 'calculator');
    expect(stdout).toContain('calls.lua: 8 runs in');
    expect(status).toBe(0);
  });

  it('soaks for a time, and for as many runs as a verdict needs', async () => {
    const { stdout, status } = await soak('clean.lua', '--duration', '1s', '--json');
    const { tookMs, cycles, leaks } = JSON.parse(stdout);
    expect(status).toBe(leaks ? 1 : 0);
    expect(tookMs).toBeGreaterThanOrEqual(1000);
    expect(cycles).toBeGreaterThanOrEqual(7);
    const short = await soak('sleeps.lua', '--duration', '1', '--json');
    expect(JSON.parse(short.stdout)).toMatchObject({ cycles: expect.any(Number), leaks: false });
  });

  it.each([
    [['nothing.lua'], 2, 'there is no such file'],
    [['fails.lua'], 1, 'broken'],
    [['slow.lua', '--timeout', '50ms'], 124, 'did not end within 50 ms'],
    [['clean.lua', '--cycles', '7'], 2, "--cycles is '7'; it must be a whole number from 8"],
    [['clean.lua', '--cycles', '9', '--duration', '1s'], 2, 'cannot both be given'],
    [['clean.lua', '--duration', 'soon'], 2, '--duration'],
    [['clean.lua', '--export', 'f'], 2, 'add --module'],
    [['clean.lua', '--read', '.'], 2, '--tool NAME'],
    [['clean.lua', '--report', 'no/such.html'], 2, '--report no/such.html cannot be written'],
    [['leaky.mjs', '--module', '--export', 'nobody'], 2, 'nobody'],
  ])('says in one line what is wrong with %j, and exits with %i', async (args, expected, message) => {
    const { stdout, stderr, status } = await soak(...args);
    expect({ stdout, status }).toEqual({ stdout: '', status: expected });
    expect(stderr).toContain(message);
  });
});
