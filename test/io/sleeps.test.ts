import { describe, expect, it } from 'vitest';
import { failureOf, makeIo } from './local.js';

describe('sleep', () => {
  it('needs no permission and gives nothing', async () => {
    expect(await makeIo({ permissions: {} }).call('sleep', [1])).toBe(undefined);
  });

  it('is never too short, fractions and a busy thread included', async () => {
    const io = makeIo();
    const tooShort: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      // The event loop's own clock stands still meanwhile: a timer that goes by it ends early.
      for (const from = performance.now(); performance.now() - from < 4; );
      await Promise.all(
        Array.from({ length: 200 }, async (_, i) => {
          const [ms, from] = [i / 10, performance.now()];
          await io.call('sleep', [ms]);
          if (performance.now() - from < ms) tooShort.push(ms);
        }),
      );
    }
    expect(tooShort).toEqual([]);
  });

  it('ends in the order of being due, and of the calls among those due at once', async () => {
    const io = makeIo();
    const ended: number[] = [];
    const sleeps = [30, 0, 10, 0, 20, 0].map(async (ms, i) => {
      await io.call('sleep', [ms]);
      ended.push(i);
    });
    await Promise.all(sleeps);
    expect(ended).toEqual([1, 3, 5, 2, 4, 0]);
  });

  it('of 0 lets the event loop turn', async () => {
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    await makeIo().call('sleep', [0]);
    await makeIo().call('sleep', [0]);
    expect(turned).toBe(true);
  });

  it('can be had 100,000 times at once', async () => {
    const io = makeIo();
    const from = process.cpuUsage();
    const sleeps = Array.from({ length: 100_000 }, (_, i) => io.call('sleep', [100 + (i % 50)]));
    expect(io.open).toBe(100_000);
    await Promise.all(sleeps);
    expect(io.open).toBe(0);
    const { user, system } = process.cpuUsage(from);
    expect((user + system) / 1000).toBeLessThan(10_000);
  });

  for (const ms of [-1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY, '5', null, undefined, 5n, {}]) {
    it(`is refused for ${typeof ms} ${String(ms)}`, async () => {
      expect(await failureOf(makeIo(), 'sleep', [ms])).toMatch(
        /^INVALID_ARGUMENT ms is .*; it must be a number of milliseconds/,
      );
    });
  }
});

describe('time.now', () => {
  it('needs its permission', async () => {
    expect(await failureOf(makeIo(), 'time.now', [])).toBe(
      'PERMISSION_DENIED time.now is not permitted: permissions.time is not true; set permissions.time to true',
    );
  });

  it('is in milliseconds since the script began, and never goes back', () => {
    const before = performance.now();
    const io = makeIo({ permissions: { time: true } });
    const times = Array.from({ length: 1000 }, () => io.call('time.now', []) as number);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(0);
    expect(times.at(-1)).toBeLessThanOrEqual(performance.now() - before);
  });
});
