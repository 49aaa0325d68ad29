/**
 * A row of shared memory for each live task of a runtime, seen by the host's thread, the worker
 * threads and the interrupter.
 *
 * 1. A row's word changes only by compare-and-swap, and only to a later state (`running` and
 *    `waiting` alternate). Whoever makes the change to `ended` owns the outcome.
 * 2. A row names its task by number. A call about another number changes nothing.
 * 3. A deadline is written before its task is seen `running`.
 * 4. A task that is `breaking` can only be ended by {@link ControlTable.endBroken}: the thread that
 *    runs it waits for the break, so that the break cannot hit what comes after.
 */
import { monotonicNow } from './clock.js';
import { numberOf, packWord, reasonOf, State, type StopReason, stateOf } from './task-word.js';

const HEADER_BYTES = 64;
const ROW_BYTES = 32;
const ROW_WORDS = ROW_BYTES / 4;
const ROW_DOUBLES = ROW_BYTES / 8;
const HEADER_WORDS = HEADER_BYTES / 4;
const HEADER_DOUBLES = HEADER_BYTES / 8;

// Header: two 64-bit times and 32-bit numbers. After the rows come the threads, a cache line for each.
const TASKS_DUE = 0;
const SLICES_DUE = 4;
const USED_ROWS = 2;
const GRACE = 3;
const ROWS = 4;
const THREADS = 5;
const QUANTUM = 6;
// Row: word, rung, thread; deadline as the second double.
const WORD = 0;
const RUNG = 1;
const THREAD = 2;
const BEGAN = 2;
const DEADLINE = 3;

// Thread: the row it is in, how often it was rung, the row whose slice is over, what is to do on it; when it entered the
// row as the last double of the first cache line; then the rows that it has been called for, as a ring.
const CALLS = 64;
const THREAD_BYTES = 64 + CALLS * 4;
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
const ENTERED = 7;
const FIRST_CALL = 16;

const NEVER = 2n ** 62n;
const NO_ROW = -1;

/** How far up the ladder a task had to be taken. */
export const RUNGS = ['none', 'stop', 'break', 'terminate'] as const;
export type RungName = (typeof RUNGS)[number];

export class ControlTable {
  readonly buffer: SharedArrayBuffer;
  readonly rows: number;
  readonly threads: number;
  readonly quantum: number;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #longs: BigInt64Array;

  /** Views a table's memory; {@link ControlTable.create} makes the memory. */
  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
    this.rows = this.#words[ROWS] as number;
    this.threads = this.#words[THREADS] as number;
    this.quantum = this.#words[QUANTUM] as number;
    this.#doubles = new Float64Array(buffer);
    this.#longs = new BigInt64Array(buffer);
  }

  /**
   * @param rows how many tasks can be live at once
   * @param threads how many threads can run them
   * @param grace milliseconds from the stop to the break
   * @param quantum milliseconds that a script may hold its thread while others want it
   */
  static create(rows: number, threads: number, grace: number, quantum: number): ControlTable {
    const buffer = new SharedArrayBuffer(HEADER_BYTES + rows * ROW_BYTES + threads * THREAD_BYTES);
    const words = new Int32Array(buffer);
    words[ROWS] = rows;
    words[THREADS] = threads;
    words[QUANTUM] = Math.ceil(quantum);
    const table = new ControlTable(buffer);
    for (let thread = 0; thread < threads; thread += 1) table.resetThread(thread);
    table.grace = grace;
    table.tasksDue = Number.POSITIVE_INFINITY;
    table.slicesDue = Number.POSITIVE_INFINITY;
    return table;
  }

  /** Milliseconds between the stop and the break. */
  get grace(): number {
    return Atomics.load(this.#words, GRACE);
  }

  set grace(ms: number) {
    Atomics.store(this.#words, GRACE, Math.min(Math.ceil(ms), 2 ** 31 - 1));
  }

  /** How many rows, from the first, have ever been used: what a scan has to look at. */
  get usedRows(): number {
    return Atomics.load(this.#words, USED_ROWS);
  }

  /** Gives a free row to a task that goes to a thread. */
  assign(row: number, number: number, thread: number): void {
    const base = wordBase(row);
    this.#words[base + RUNG] = 0;
    this.#words[base + THREAD] = thread;
    this.#doubles[doubleBase(row) + BEGAN] = 0;
    this.#doubles[doubleBase(row) + DEADLINE] = Number.POSITIVE_INFINITY;
    Atomics.store(this.#words, base + WORD, packWord(number, State.queued));
    if (row >= this.usedRows) Atomics.store(this.#words, USED_ROWS, row + 1);
  }

  /** Marks a task as running for the first time. False if it was stopped before. */
  begin(row: number, number: number, timeout: number): boolean {
    const now = monotonicNow();
    this.#doubles[doubleBase(row) + BEGAN] = now;
    this.#doubles[doubleBase(row) + DEADLINE] = now + timeout;
    return this.#swap(row, packWord(number, State.queued), packWord(number, State.running));
  }

  /** A running task has nothing to do until something happens. False if it was asked to end. */
  wait(row: number, number: number): boolean {
    return this.#swap(row, packWord(number, State.running), packWord(number, State.waiting));
  }

  /** Something happened that a waiting task waits for. False if it was asked to end. */
  wake(row: number, number: number): boolean {
    return this.#swap(row, packWord(number, State.waiting), packWord(number, State.running));
  }

  /** Asks a task to end. True if this call was the first to ask, and the task had not ended. */
  requestStop(row: number, number: number, reason: StopReason): boolean {
    for (;;) {
      const word = this.word(row);
      const state = stateOf(word);
      if (numberOf(word) !== number) return false;
      if (state !== State.queued && state !== State.running && state !== State.waiting) return false;
      if (this.#swap(row, word, packWord(number, State.stopping, reason))) return true;
    }
  }

  /** Announces a break. False if the task came to its end meanwhile. */
  requestBreak(row: number, number: number): boolean {
    const word = this.word(row);
    if (numberOf(word) !== number || stateOf(word) !== State.stopping) return false;
    return this.#swap(row, word, packWord(number, State.breaking, reasonOf(word)));
  }

  /** Takes an announced break back. */
  withdrawBreak(row: number, number: number): void {
    const word = this.word(row);
    this.#swap(row, packWord(number, State.breaking, reasonOf(word)), packWord(number, State.stopping, reasonOf(word)));
  }

  /**
   * Ends a task that has left its VM. Returns why it was asked to end (`none` if it came to its end by
   * itself), or undefined if a break is on its way.
   */
  end(row: number, number: number): StopReason | undefined {
    for (;;) {
      const word = this.word(row);
      if (stateOf(word) === State.breaking) return undefined;
      if (this.#swap(row, word, packWord(number, State.ended, reasonOf(word)))) return reasonOf(word);
    }
  }

  /** Ends a task whose thread has been unwound or is dead. Returns why it was asked to end. */
  endBroken(row: number, number: number): StopReason {
    const reason = reasonOf(Atomics.exchange(this.#words, wordBase(row) + WORD, packWord(number, State.ended)));
    return reason;
  }

  /** Gives the row back. */
  release(row: number): void {
    Atomics.store(this.#words, wordBase(row) + WORD, 0);
  }

  word(row: number): number {
    return Atomics.load(this.#words, wordBase(row) + WORD);
  }

  /** Whether the task has been asked to end. One atomic load. */
  stopRequested(row: number): boolean {
    return stateOf(Atomics.load(this.#words, wordBase(row) + WORD)) >= State.stopping;
  }

  /** The task's deadline on {@link monotonicNow}'s clock, and when it began. */
  deadline(row: number): number {
    return this.#doubles[doubleBase(row) + DEADLINE] as number;
  }

  beganAt(row: number): number {
    return this.#doubles[doubleBase(row) + BEGAN] as number;
  }

  /** The index of the thread that the task was given to. */
  thread(row: number): number {
    return this.#words[wordBase(row) + THREAD] as number;
  }

  raiseRung(row: number, rung: RungName): void {
    Atomics.store(this.#words, wordBase(row) + RUNG, RUNGS.indexOf(rung));
  }

  rung(row: number): RungName {
    return RUNGS[Atomics.load(this.#words, wordBase(row) + RUNG)] ?? 'none';
  }

  /** A new thread has this index. */
  resetThread(thread: number): void {
    const base = this.#threadBase(thread);
    const [slices = 0, wakeups = 0] = this.#words.subarray(base + SLICES, base + WAKEUPS + 1);
    this.#words.fill(0, base, base + THREAD_WORDS);
    this.#words[base + SLICES] = slices;
    this.#words[base + WAKEUPS] = wakeups;
    this.enter(thread);
  }

  /** Counts something that happened on a thread. */
  count(thread: number, what: 'slices' | 'wakeups'): void {
    Atomics.add(this.#words, this.#threadBase(thread) + (what === 'slices' ? SLICES : WAKEUPS), 1);
  }

  /** How often it happened on all threads, up to 2^32 a thread. */
  counted(what: 'slices' | 'wakeups'): number {
    const word = what === 'slices' ? SLICES : WAKEUPS;
    let sum = 0;
    for (let thread = 0; thread < this.threads; thread += 1) {
      sum += Atomics.load(this.#words, this.#threadBase(thread) + word) >>> 0;
    }
    return sum;
  }

  /**
   * The thread enters a VM (or leaves it, without a row): only the task in a VM can be broken off.
   *
   * @param preemptible whether the VM can be left in the middle, at the end of a slice
   */
  enter(thread: number, row: number = NO_ROW, preemptible = false): void {
    const base = this.#threadBase(thread);
    if (row !== NO_ROW) this.#doubles[base / 2 + ENTERED] = preemptible ? monotonicNow() : Number.POSITIVE_INFINITY;
    Atomics.store(this.#words, base + INSIDE, row);
  }

  /** The row that the thread is in; undefined if it is in no VM. */
  rowInside(thread: number): number | undefined {
    const row = Atomics.load(this.#words, this.#threadBase(thread) + INSIDE);
    return row === NO_ROW ? undefined : row;
  }

  /** When the slice ends of the VM that the thread is in, or was in last; `Infinity` if that VM cannot be left. */
  sliceEnd(thread: number): number {
    return (this.#doubles[this.#threadBase(thread) / 2 + ENTERED] as number) + this.quantum;
  }

  /** Notes for the thread what an interrupt is about: the task of this row has to end. */
  callFor(thread: number, row: number): void {
    const base = this.#threadBase(thread);
    const called = Atomics.load(this.#words, base + CALLED);
    Atomics.store(this.#words, base + FIRST_CALL + (called & (CALLS - 1)), row);
    Atomics.store(this.#words, base + CALLED, (called + 1) | 0);
  }

  /** Calls `visit` with each row noted by {@link callFor}; with none, once, if there were more than there is room for. */
  takeCalls(thread: number, visit: (row: number | undefined) => void): void {
    const base = this.#threadBase(thread);
    const called = Atomics.load(this.#words, base + CALLED);
    const taken = Atomics.exchange(this.#words, base + TAKEN, called);
    if (((called - taken) | 0) > CALLS) visit(undefined);
    else for (let i = taken; i !== called; i = (i + 1) | 0) visit(this.#words[base + FIRST_CALL + (i & (CALLS - 1))]);
  }

  /** Notes for the thread what an interrupt is about: the slice of the task of this row is over. */
  preempt(thread: number, row: number): void {
    Atomics.store(this.#words, this.#threadBase(thread) + PREEMPTED, row + 1);
  }

  /** The row noted by {@link preempt}, once. */
  takePreempted(thread: number): number | undefined {
    const noted = Atomics.exchange(this.#words, this.#threadBase(thread) + PREEMPTED, 0);
    return noted === 0 ? undefined : noted - 1;
  }

  /** How many others a thread could run, as it knows itself: runnable ones, and those that wait for what it alone can see. */
  setRunnable(thread: number, count: number): void {
    Atomics.store(this.#words, this.#threadBase(thread) + RUNNABLE, count);
  }

  /** The host has sent the thread a message. */
  notePosted(thread: number): void {
    Atomics.add(this.#words, this.#threadBase(thread) + POSTED, 1);
  }

  /** The thread has received one. */
  noteReceived(thread: number): void {
    Atomics.add(this.#words, this.#threadBase(thread) + RECEIVED, 1);
  }

  /** Whether a thread that is in a VM has something else to do. */
  isWanted(thread: number): boolean {
    const base = this.#threadBase(thread);
    if (Atomics.load(this.#words, base + RUNNABLE) > 0) return true;
    return Atomics.load(this.#words, base + POSTED) !== Atomics.load(this.#words, base + RECEIVED);
  }

  /** Whether the thread is in the VM of this row's task. */
  isIn(thread: number, row: number): boolean {
    return Atomics.load(this.#words, this.#threadBase(thread) + INSIDE) === row;
  }

  /** How often a thread was rung. */
  rings(thread: number): number {
    return Atomics.load(this.#words, this.#threadBase(thread) + RINGS);
  }

  /** Wakes a thread that sleeps in {@link awaitRing}: there is a message for it, or a task of it must end. */
  ring(thread: number): void {
    const index = this.#threadBase(thread) + RINGS;
    Atomics.add(this.#words, index, 1);
    Atomics.notify(this.#words, index);
  }

  /** Blocks the thread until it has been rung more often than `seen` says. */
  awaitRing(thread: number, seen: number): void {
    Atomics.wait(this.#words, this.#threadBase(thread) + RINGS, seen);
  }

  /** When the interrupter will look at all tasks again by itself. A deadline before that must wake it. */
  get tasksDue(): number {
    return this.#time(TASKS_DUE);
  }

  set tasksDue(time: number) {
    this.#setTime(TASKS_DUE, time);
  }

  /** When it will look at the slices again. The end of one before that must wake it, if it is wanted. */
  get slicesDue(): number {
    return this.#time(SLICES_DUE);
  }

  set slicesDue(time: number) {
    this.#setTime(SLICES_DUE, time);
  }

  #time(index: number): number {
    return Number(Atomics.load(this.#longs, index));
  }

  #setTime(index: number, time: number): void {
    Atomics.store(this.#longs, index, time === Number.POSITIVE_INFINITY ? NEVER : BigInt(Math.floor(time)));
  }

  #threadBase(thread: number): number {
    return HEADER_WORDS + this.rows * ROW_WORDS + thread * THREAD_WORDS;
  }

  #swap(row: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#words, wordBase(row) + WORD, from, to) === from;
  }
}

function wordBase(row: number): number {
  return HEADER_WORDS + row * ROW_WORDS;
}

function doubleBase(row: number): number {
  return HEADER_DOUBLES + row * ROW_DOUBLES;
}
