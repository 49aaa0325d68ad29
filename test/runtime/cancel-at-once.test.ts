import { describe, expect, it } from 'vitest';
import { createRuntime } from '#stint/index';

/** The stop comes at another moment of the start each time. */
const ROUNDS = 25;
const ENDLESS = { lua: 'while true do end', typescript: 'for (;;);' };

describe('a task that is cancelled as soon as it is started', () => {
  it('ends, a thousand times in a row, although its thread is slower to drop such tasks than they come', async () => {
    await using runtime = await createRuntime({ threads: 1 });
    const kinds = new Set<string>();
    for (let i = 0; i < 1000; i += 1) {
      kinds.add((await runtime.start({ language: 'lua', code: 'while true do end' }).cancel()).kind);
    }
    expect([...kinds]).toEqual(['cancelled']);
    expect(await runtime.run({ language: 'lua', code: 'return 42' })).toBe(42);
    expect(runtime.stats().threads.started).toBe(1);
  });

  it.each(['lua', 'typescript'] as const)(
    'leaves nothing with a thread that still makes its first VM: %s',
    async (language) => {
      const source = { language, code: ENDLESS[language] };
      const startedIn = await (async () => {
        await using runtime = await createRuntime({ threads: 1 });
        const start = performance.now();
        await runtime.run({ language, code: '' });
        return performance.now() - start;
      })();
      for (let round = 0; round < ROUNDS; round += 1) {
        await using runtime = await createRuntime({ threads: 2 });
        const tasks = [runtime.start(source), runtime.start(source)];
        const end = performance.now() + (startedIn * round) / ROUNDS;
        while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
        await Promise.all(tasks.map((task) => task.cancel()));
        await runtime.drain();
        expect(runtime.stats().engines[language === 'lua' ? 'lua' : 'javascript']?.live ?? 0).toBe(0);
      }
    },
  );
});
