import { describe, expect, it } from 'vitest';
import { createRuntime } from '#stint/runtime/create-runtime';

describe('task.extend', () => {
  it.each(['thread', 'process'] as const)(
    'gives a task that runs another deadline, nearer or later: %s',
    async (isolation) => {
      await using runtime = await createRuntime({ threads: 1, isolation });
      const begun = (code: string, timeout: number | null) => {
        let tell!: () => void;
        const on = new Promise<void>((resolve) => {
          tell = resolve;
        });
        return {
          on,
          task: runtime.start({ language: 'lua', code }, { limits: { timeout }, events: { on: () => tell() } }),
        };
      };
      const endless = begun('events.on() while true do end', null);
      await endless.on;
      endless.task.extend(20);
      const { kind, error } = await endless.task.outcome;
      expect(kind).toBe('timed-out');
      expect(error?.message).toBe('the task did not end within the 20 ms that it was given while it ran');
      const slow = begun('events.on() sleep(2300) return "there"', 2000);
      await slow.on;
      slow.task.extend(null);
      expect(await slow.task.result).toBe('there');
      // It has ended: nothing comes of it.
      slow.task.extend(1);
      expect(() => slow.task.extend(0)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    },
  );

  it('changes nothing for a task that has not begun', async () => {
    await using runtime = await createRuntime({ threads: 1, slots: 1 });
    const first = runtime.start({ language: 'lua', code: 'while true do end' });
    const second = runtime.start({ language: 'lua', code: 'while true do end' }, { limits: { timeout: 50 } });
    second.extend(null);
    await first.cancel();
    expect((await second.outcome).error?.message).toBe('the task did not end within 50 ms');
  });
});
