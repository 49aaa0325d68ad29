import { describe, expect, it } from 'vitest';
import { SampleBuffer } from '#stint/monitor/sample-buffer';

describe('a buffer of samples', () => {
  it.each([8, 240, 241, 1000, 100_000])(
    'keeps from the first to the last of %i, evenly, in bounded room (invariant 1)',
    (count) => {
      const buffer = new SampleBuffer();
      for (let x = 0; x < count; x += 1) buffer.add(x, { rss: x * 2 });
      const [[name, points]] = [...buffer] as [[string, [number, number][]]];
      expect(name).toBe('rss');
      expect(points.length).toBeLessThanOrEqual(240);
      expect(points.length).toBeGreaterThanOrEqual(Math.min(count, 120));
      expect(points[0]).toEqual([0, 0]);
      expect(points.at(-1)?.[0]).toBeGreaterThanOrEqual(count - 1 - count / 100);
      for (const [i, [x, y]] of points.entries()) {
        expect(y).toBe(x * 2);
        if (i > 0) expect(x).toBeGreaterThan(points[i - 1]?.[0] ?? 0);
      }
    },
  );

  it('leaves out what was not known, also when a name comes later', () => {
    const buffer = new SampleBuffer();
    buffer.add(0, { a: 1, b: undefined });
    buffer.add(1, { a: 2, b: 5, c: 7 });
    expect(Object.fromEntries(buffer)).toEqual({
      a: [
        [0, 1],
        [1, 2],
      ],
      b: [[1, 5]],
      c: [[1, 7]],
    });
  });
});
