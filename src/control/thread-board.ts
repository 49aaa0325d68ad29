/**
 * What a runtime's host, its worker threads and the interrupter know of each thread, in shared memory.
 *
 * 1. A thread writes down the VM that it enters before it enters it: a break is only sent to one that is inside.
 * 2. What an interrupt is about is noted here before the interrupt is sent, so that its text is always the same.
 * 3. While a break is on its way to a thread no interrupt is sent to it: V8 would unwind that in place of the script. The thread
 *    looks at what was noted meanwhile when the break has come.
 */
import { monotonicNow } from './clock.js';

// The row that the thread is in, how often it was rung, the row whose slice is over, counts; when it entered the row as the last double
// of the first cache line; then the rows that it has been called for, as a ring.
const CALLS = 64;
/** What is counted of each of so many engines. */
const ENGINES = 4;
const COUNTS = 4;
const THREAD_BYTES = 64 + CALLS * 4 + ENGINES * COUNTS * 4;
const THREAD_WORDS = THREAD_BYTES / 4;
const INSIDE = 0;
const RINGS = 1;
const PREEMPTED = 2;
const CALLED = 3;
const TAKEN = 4;
const RUNNABLE = 5;
const POSTED = 6;
const RECEIVED = 7;
const SLICES = 8;
const WAKEUPS = 9;
const LOADING = 10;
const BREAK_DUE = 11;
const ENTERED = 7;
const FIRST_CALL = 16;
const FIRST_COUNT = FIRST_CALL + CALLS;
const NO_ROW = -1;

export class ThreadBoard {
  /** What a thread takes. */
  static readonly BYTES = THREAD_BYTES;
  /** How many threads there can be. */
  readonly size: number;
  /** Milliseconds that a script may hold its thread while others want it. */
  readonly quantum: number;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;

  /** @param offset where in the memory the board begins, in bytes: a multiple of 8 */
  constructor(buffer: SharedArrayBuffer, offset: number, size: number, quantum: number) {
    this.size = size;
    this.quantum = quantum;
    this.#words = new Int32Array(buffer, offset);
    this.#doubles = new Float64Array(buffer, offset);
  }

  /** A new thread has this index. */
  reset(thread: number): void {
    const base = this.#base(thread);
    const [slices = 0, wakeups = 0] = this.#words.subarray(base + SLICES, base + WAKEUPS + 1);
    this.#words.fill(0, base, base + THREAD_WORDS);
    this.#words[base + SLICES] = slices;
    this.#words[base + WAKEUPS] = wakeups;
    // Its own code.
    this.#words[base + LOADING] = 1;
    this.enter(thread);
  }

  /** Counts something that happened on a thread. */
  count(thread: number, what: 'slices' | 'wakeups'): void {
    Atomics.add(this.#words, this.#base(thread) + (what === 'slices' ? SLICES : WAKEUPS), 1);
  }

  /** The thread reads files, to run what is in them. */
  beginLoading(thread: number): void {
    Atomics.add(this.#words, this.#base(thread) + LOADING, 1);
  }

  /** It has read those that it was to read. True if there are no others. */
  endLoading(thread: number): boolean {
    return Atomics.sub(this.#words, this.#base(thread) + LOADING, 1) === 1;
  }

  isLoading(thread: number): boolean {
    return Atomics.load(this.#words, this.#base(thread) + LOADING) > 0;
  }

  /** How often it happened on all threads, up to 2^32 a thread. */
  counted(what: 'slices' | 'wakeups'): number {
    const word = what === 'slices' ? SLICES : WAKEUPS;
    let sum = 0;
    for (let thread = 0; thread < this.size; thread += 1) {
      sum += Atomics.load(this.#words, this.#base(thread) + word) >>> 0;
    }
    return sum;
  }

  /** A thread tells what one of its engines holds: four numbers. True if any of them is another than before. */
  setCounts(thread: number, engine: number, counts: readonly [number, number, number, number]): boolean {
    const at = this.#base(thread) + FIRST_COUNT + engine * COUNTS;
    if (counts.every((count, index) => this.#words[at + index] === count)) return false;
    this.#words.set(counts, at);
    return true;
  }

  /** What {@link setCounts} told. */
  counts(thread: number, engine: number): [number, number, number, number] {
    const at = this.#base(thread) + FIRST_COUNT + engine * COUNTS;
    const [first = 0, second = 0, third = 0, fourth = 0] = this.#words.subarray(at, at + COUNTS);
    return [first, second, third, fourth];
  }

  /**
   * The thread enters a VM (or leaves it, without a row): only the task in a VM can be broken off.
   *
   * @param preemptible whether the VM can be left in the middle, at the end of a slice
   */
  enter(thread: number, row: number = NO_ROW, preemptible = false): void {
    const base = this.#base(thread);
    if (row !== NO_ROW) this.#doubles[base / 2 + ENTERED] = preemptible ? monotonicNow() : Number.POSITIVE_INFINITY;
    Atomics.store(this.#words, base + INSIDE, row);
  }

  /** The row that the thread is in; undefined if it is in no VM. */
  rowInside(thread: number): number | undefined {
    const row = Atomics.load(this.#words, this.#base(thread) + INSIDE);
    return row === NO_ROW ? undefined : row;
  }

  /** When the slice ends of the VM that the thread is in, or was in last; `Infinity` if that VM cannot be left. */
  sliceEnd(thread: number): number {
    return (this.#doubles[this.#base(thread) / 2 + ENTERED] as number) + this.quantum;
  }

  /** A break is about to be sent to the thread. */
  expectBreak(thread: number): void {
    Atomics.store(this.#words, this.#base(thread) + BREAK_DUE, 1);
  }

  /** The break has come. The thread has to look at what it was called for after that. */
  breakCame(thread: number): void {
    Atomics.store(this.#words, this.#base(thread) + BREAK_DUE, 0);
  }

  isBreakDue(thread: number): boolean {
    return Atomics.load(this.#words, this.#base(thread) + BREAK_DUE) === 1;
  }

  /** Notes for the thread what an interrupt is about: the task of this row has to end. */
  callFor(thread: number, row: number): void {
    const base = this.#base(thread);
    const called = Atomics.load(this.#words, base + CALLED);
    Atomics.store(this.#words, base + FIRST_CALL + (called & (CALLS - 1)), row);
    Atomics.store(this.#words, base + CALLED, (called + 1) | 0);
  }

  /** Calls `visit` with each row noted by {@link callFor}; with none, once, if there were more than there is room for. */
  takeCalls(thread: number, visit: (row: number | undefined) => void): void {
    const base = this.#base(thread);
    const called = Atomics.load(this.#words, base + CALLED);
    const taken = Atomics.exchange(this.#words, base + TAKEN, called);
    if (((called - taken) | 0) > CALLS) visit(undefined);
    else for (let i = taken; i !== called; i = (i + 1) | 0) visit(this.#words[base + FIRST_CALL + (i & (CALLS - 1))]);
  }

  /** Notes for the thread what an interrupt is about: the slice of the task of this row is over. */
  preempt(thread: number, row: number): void {
    Atomics.store(this.#words, this.#base(thread) + PREEMPTED, row + 1);
  }

  /** The row noted by {@link preempt}, once. */
  takePreempted(thread: number): number | undefined {
    const noted = Atomics.exchange(this.#words, this.#base(thread) + PREEMPTED, 0);
    return noted === 0 ? undefined : noted - 1;
  }

  /** How many others a thread could run, as it knows itself: runnable ones, and those that wait for what it alone can see. */
  setRunnable(thread: number, count: number): void {
    Atomics.store(this.#words, this.#base(thread) + RUNNABLE, count);
  }

  /** The host has sent the thread a message. */
  notePosted(thread: number): void {
    Atomics.add(this.#words, this.#base(thread) + POSTED, 1);
  }

  /** The thread has received one. */
  noteReceived(thread: number): void {
    Atomics.add(this.#words, this.#base(thread) + RECEIVED, 1);
  }

  /** Whether a thread that is in a VM has something else to do. What it loads comes by its event loop. */
  isWanted(thread: number): boolean {
    const base = this.#base(thread);
    if (Atomics.load(this.#words, base + RUNNABLE) > 0 || this.isLoading(thread)) return true;
    return Atomics.load(this.#words, base + POSTED) !== Atomics.load(this.#words, base + RECEIVED);
  }

  /** Whether the thread is in the VM of this row's task. */
  isIn(thread: number, row: number): boolean {
    return Atomics.load(this.#words, this.#base(thread) + INSIDE) === row;
  }

  /** How often a thread was rung. */
  rings(thread: number): number {
    return Atomics.load(this.#words, this.#base(thread) + RINGS);
  }

  /** Wakes a thread that sleeps in {@link awaitRing}: there is a message for it, or a task of it must end. */
  ring(thread: number): void {
    const index = this.#base(thread) + RINGS;
    Atomics.add(this.#words, index, 1);
    Atomics.notify(this.#words, index);
  }

  /** Blocks the thread until it has been rung more often than `seen` says. */
  awaitRing(thread: number, seen: number): void {
    Atomics.wait(this.#words, this.#base(thread) + RINGS, seen);
  }

  #base(thread: number): number {
    return thread * THREAD_WORDS;
  }
}
