import { describe, expect, it } from 'vitest';
import { RunQueue } from '#stint/worker/run-queue';

const all = <T>(queue: RunQueue<T>): T[] => Array.from({ length: queue.length }, () => queue.next() as T);

describe('the run queue', () => {
  it('gives what has to end the first turn (invariant 1)', () => {
    const queue = new RunQueue<string>();
    queue.add('a');
    queue.addCut('b');
    queue.putFirst('stop');
    expect(all(queue)).toEqual(['stop', 'a', 'b']);
    expect(queue.next()).toBeUndefined();
  });

  it('lets a comer wait for one slice at most, however many compute (invariant 2)', () => {
    const queue = new RunQueue<string>();
    for (let i = 0; i < 100; i += 1) queue.addCut(`cut ${i}`);
    queue.next();
    queue.add('comer');
    expect([queue.next(), queue.next()]).toContain('comer');
  });

  it('gives those that compute every second turn, however many come (invariant 2)', () => {
    const queue = new RunQueue<string>();
    queue.addCut('cut');
    let turns = 0;
    for (let next: string | undefined; next !== 'cut'; turns += 1) {
      queue.add(`comer ${turns}`);
      next = queue.next();
    }
    expect(turns).toBeLessThanOrEqual(2);
  });

  it('keeps the order of coming among thousands', () => {
    const queue = new RunQueue<number>();
    const order: number[] = [];
    for (let i = 0; i < 10_000; i += 1) {
      queue.add(i);
      if (i % 3 === 0) order.push(queue.next() as number);
    }
    expect([...order, ...all(queue)]).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
  });
});
