import { describe, expect, it } from 'vitest';
import { createRuntime } from '#stint/index';

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
});
