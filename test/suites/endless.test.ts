import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRuntime, type Runtime } from '#stint/index';

/** Programs that never end or never stop growing, with the outcomes that are right for them. */
const suite = JSON.parse(readFileSync(new URL('endless.json', import.meta.url), 'utf8')) as Record<
  'lua' | 'javascript',
  Record<string, { code: string; expect: string[] }>
>;
const NEXT = { lua: 'return 42', javascript: '42' } as const;

describe.each(['thread', 'process'] as const)('a program that does not end by itself, in a %s', (isolation) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime({ threads: 2, isolation, grace: 500, limits: { timeout: 300, memory: '64mb' } });
  });
  afterAll(() => runtime.close());

  for (const language of ['lua', 'javascript'] as const) {
    for (const [name, { code, expect: expected }] of Object.entries(suite[language])) {
      it(`ends as it must and leaves its slot free: ${language}, ${name}`, async () => {
        // How soon a program fails that comes to grief by itself is the machine's business.
        const patient = { timeout: '60s' } as const;
        const limits = expected.includes('timed-out') ? {} : patient;
        const outcome = await runtime.start({ language, code, name }, { limits }).outcome;
        expect(expected).toContain(outcome.kind);
        expect(await runtime.run({ language, code: NEXT[language] }, { limits: patient })).toBe(42);
      });
    }
  }

  it('has cost no thread, no process and no slot in a function table', async () => {
    const { threads, processes, rungs, engines } = runtime.stats();
    expect([threads.started, processes.started]).toEqual([threads.count, processes.count]);
    expect(rungs).toMatchObject({ terminate: 0, kill: 0 });
    const fresh = await createRuntime({ threads: 1 });
    await fresh.run({ language: 'lua', code: '' });
    await fresh.run({ language: 'javascript', code: '' });
    expect(engines.lua?.tableSize).toBe(fresh.stats().engines.lua?.tableSize);
    expect(engines.javascript?.tableSize).toBe(fresh.stats().engines.javascript?.tableSize);
    await fresh.close();
  });
});
