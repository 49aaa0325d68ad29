import { describe, expect, it } from 'vitest';
import { ThreadLoad } from '#stint/hosts/thread-load';

const short = { holds: true, expectedMs: 0.01 };
const unknown = { holds: true, expectedMs: Number.POSITIVE_INFINITY };

describe('what a thread has to do', () => {
  it('is soon done if it is at work on tasks of some microseconds', () => {
    const load = new ThreadLoad(10, true);
    expect(load.isSoonFree).toBe(false);
    for (let i = 0; i < 5; i += 1) load.add(short);
    expect(load.isSoonFree).toBe(true);
    load.add(short);
    expect(load.isSoonFree).toBe(false);
    load.remove(short);
    load.stuck = true;
    expect(load.isSoonFree).toBe(false);
  });

  it('is not known to be soon done if nobody knows how long a task takes, or if what runs can share the thread', () => {
    const load = new ThreadLoad(10, true);
    load.add(unknown);
    expect(load.isSoonFree).toBe(false);
    load.remove(unknown);
    load.add({ holds: false, expectedMs: 0 });
    expect(load.isSoonFree).toBe(false);
  });

  it('lets a millisecond of short tasks in, and none behind one that may take long', () => {
    const load = new ThreadLoad(10, true);
    let taken = 0;
    while (load.opensAt({ holds: true, expectedMs: 0.1 }) === 0) {
      load.add({ holds: true, expectedMs: 0.1 });
      taken += 1;
    }
    expect(taken).toBe(10);
    const other = new ThreadLoad(10, true);
    other.add(unknown);
    expect(other.opensAt(short)).toBe(Number.POSITIVE_INFINITY);
  });
});
