import { describe, expect, it } from 'vitest';
import { AdmissionQueue, type Place, TURN_OF_OLDEST } from '#stint/hosts/admission-queue';

class Entry {
  readonly name: string;
  place: Place | undefined;

  constructor(name: string) {
    this.name = name;
  }
}

/** A queue of names. */
class Names {
  readonly #queue: AdmissionQueue<Entry>;
  readonly #entries = new Map<string, Entry>();

  constructor(slots: number, capacity: number) {
    this.#queue = new AdmissionQueue(slots, capacity);
  }

  add(name: string, priority: number): boolean {
    const entry = new Entry(name);
    this.#entries.set(name, entry);
    return this.#queue.add(entry, priority);
  }

  admit = () => this.#queue.admit()?.name;
  release = () => this.#queue.release();
  remove = (name: string) => this.#queue.remove(this.#entries.get(name) as Entry);
  get live() {
    return this.#queue.live;
  }
  get waiting() {
    return this.#queue.waiting;
  }
}

describe('admission queue', () => {
  it('lets no more than its slots be live (invariant 1)', () => {
    const queue = new Names(2, 10);
    for (const entry of ['a', 'b', 'c']) queue.add(entry, 0);
    expect([queue.admit(), queue.admit(), queue.admit()]).toEqual(['a', 'b', undefined]);
    queue.release();
    expect(queue.admit()).toBe('c');
    expect(queue.live).toBe(2);
  });

  it('refuses an entry beyond the free slots and its capacity (invariant 2)', () => {
    const queue = new Names(2, 1);
    expect(['1', '2', '3', '4'].map((entry) => queue.add(entry, 0))).toEqual([true, true, true, false]);
    queue.admit();
    expect(queue.add('5', 0)).toBe(false);
    queue.release();
    expect(queue.add('6', 0)).toBe(true);
  });

  it('takes nothing at all with capacity 0 and no free slot', () => {
    const queue = new Names(1, 0);
    expect(queue.add('1', 0)).toBe(true);
    queue.admit();
    expect(queue.add('2', 0)).toBe(false);
  });

  it('admits by priority, and in the order of coming within one (invariant 3)', () => {
    const queue = new Names(9, 9);
    queue.add('low', -5);
    queue.add('first', 0);
    queue.add('second', 0);
    queue.add('high', 7);
    expect(Array.from({ length: 5 }, () => queue.admit())).toEqual(['high', 'first', 'second', 'low', undefined]);
  });

  it('lets an entry go from wherever it stands (invariant 5)', () => {
    const queue = new Names(9, 9);
    for (let entry = 0; entry < 5; entry += 1) queue.add(String(entry), entry % 2);
    expect(queue.remove('2')).toBe(true);
    expect(queue.remove('2')).toBe(false);
    expect(queue.waiting).toBe(4);
    expect([queue.admit(), queue.admit(), queue.admit(), queue.admit()]).toEqual(['1', '3', '0', '4']);
  });

  it('keeps nobody waiting for ever behind others of higher priority (invariant 4)', () => {
    const queue = new Names(1, 100);
    queue.add('low', -100);
    let admissions = 0;
    for (let entry: string | undefined; entry !== 'low'; admissions += 1) {
      queue.add(`high ${admissions}`, 100);
      entry = queue.admit();
      queue.release();
    }
    expect(admissions).toBe(TURN_OF_OLDEST);
  });
});
