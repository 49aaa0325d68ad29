/**
 * The sleeps of one script.
 *
 * 1. No sleep ends early: a timer of Node can, as it counts from when the event loop last looked at the clock.
 * 2. Sleeps end in the order in which they are due, those due at once in the order of their calls.
 * 3. However many there are, there is one timer: `clear` is immediate.
 */
import { threadNow } from '../scope/thread-now.js';
import { failure } from './refusal.js';

interface Sleep {
  readonly due: number;
  /** Which call it was: tells sleeps apart that are due at the same moment. */
  readonly call: number;
  readonly wake: (value: undefined) => void;
}

const MOST = 1_000_000;

export class Sleeps {
  /** A heap: each is due no later than the two at twice its index, plus one and two. */
  #heap: Sleep[] = [];
  #calls = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerDue = Number.POSITIVE_INFINITY;
  /** Stands in for the timer, which takes a millisecond at least, when the nearest is due now. */
  #immediate: NodeJS.Immediate | undefined;

  get pending(): number {
    return this.#heap.length;
  }

  add(ms: number): Promise<undefined> {
    if (this.#heap.length >= MOST) throw failure(`sleep: a script can have at most ${MOST} sleeps at once`);
    return new Promise((wake) => {
      const due = ms === 0 ? 0 : threadNow() + ms;
      this.#calls += 1;
      push(this.#heap, { due, call: this.#calls, wake });
      if (due < this.#timerDue) this.#arm(due, ms);
    });
  }

  /** Forgets all of them: none will wake. */
  clear(): void {
    this.#heap = [];
    this.#disarm();
  }

  #arm(due: number, ms: number): void {
    this.#disarm();
    this.#timerDue = due;
    if (ms <= 0) this.#immediate = setImmediate(wakeDue, this);
    else this.#timer = setTimeout(wakeDue, Math.ceil(ms), this);
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timerDue = Number.POSITIVE_INFINITY;
  }

  /** Wakes what is due and no more: it returns, however soon the next one is. */
  wakeDue(): void {
    this.#timerDue = Number.POSITIVE_INFINITY;
    const now = threadNow();
    let next = this.#heap[0];
    while (next !== undefined && next.due <= now) {
      pop(this.#heap);
      next.wake(undefined);
      next = this.#heap[0];
    }
    if (next !== undefined) this.#arm(next.due, next.due - now);
  }
}

function wakeDue(sleeps: Sleeps): void {
  sleeps.wakeDue();
}

function isBefore(a: Sleep, b: Sleep): boolean {
  return a.due < b.due || (a.due === b.due && a.call < b.call);
}

function push(heap: Sleep[], sleep: Sleep): void {
  let at = heap.length;
  while (at > 0) {
    const up = (at - 1) >> 1;
    const parent = heap[up] as Sleep;
    if (!isBefore(sleep, parent)) break;
    heap[at] = parent;
    at = up;
  }
  heap[at] = sleep;
}

/** Takes the first one out. */
function pop(heap: Sleep[]): void {
  const last = heap.pop() as Sleep;
  if (heap.length === 0) return;
  let at = 0;
  for (let down = 1; down < heap.length; down = 2 * at + 1) {
    const [left, right] = [heap[down] as Sleep, heap[down + 1]];
    const isRight = right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (!isBefore(child, last)) break;
    heap[at] = child;
    at = isRight ? down + 1 : down;
  }
  heap[at] = last;
}
