/**
 * A row of shared memory for each live task of a runtime, seen by the host's thread, the worker
 * threads and the interrupter; and after the rows what they know of each thread.
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
import { ThreadBoard } from './thread-board.js';

const HEADER_BYTES = 64;
const ROW_BYTES = 32;
const ROW_WORDS = ROW_BYTES / 4;
const ROW_DOUBLES = ROW_BYTES / 8;
const HEADER_WORDS = HEADER_BYTES / 4;
const HEADER_DOUBLES = HEADER_BYTES / 8;

// Header: two 64-bit times and 32-bit numbers.
const TASKS_DUE = 0;
const SLICES_DUE = 4;
const USED_ROWS = 2;
const GRACE = 3;
const ROWS = 4;
const THREADS = 5;
const QUANTUM = 6;
// Row: word, rung, thread, a stop that may come before its task; when that began and its deadline as the third and fourth double.
const WORD = 0;
const RUNG = 1;
const THREAD = 2;
const FORESTALLED = 3;
const BEGAN = 2;
const DEADLINE = 3;

const NEVER = 2n ** 62n;

/** How far up the ladder a task had to be taken. */
const RUNGS = ['none', 'stop', 'break', 'terminate'] as const;
export type RungName = (typeof RUNGS)[number];

export class ControlTable {
  readonly buffer: SharedArrayBuffer;
  readonly rows: number;
  readonly threads: ThreadBoard;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #longs: BigInt64Array;

  /** Views a table's memory; {@link ControlTable.create} makes the memory. */
  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
    this.rows = this.#words[ROWS] as number;
    const [threads = 0, quantum = 0] = [this.#words[THREADS], this.#words[QUANTUM]];
    this.threads = new ThreadBoard(buffer, HEADER_BYTES + this.rows * ROW_BYTES, threads, quantum);
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
    const buffer = new SharedArrayBuffer(HEADER_BYTES + rows * ROW_BYTES + threads * ThreadBoard.BYTES);
    const words = new Int32Array(buffer);
    words[ROWS] = rows;
    words[THREADS] = threads;
    words[QUANTUM] = Math.ceil(quantum);
    const table = new ControlTable(buffer);
    for (let thread = 0; thread < threads; thread += 1) table.threads.reset(thread);
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

  /**
   * Notes that a task has to end which may not have its row yet, because it comes another way than the stop. Who notes it calls
   * {@link requestStop} after that, and who assigns the row calls {@link heedForestalled}: one of them finds it.
   */
  forestall(row: number, number: number, reason: StopReason): void {
    Atomics.store(this.#words, wordBase(row) + FORESTALLED, packWord(number, State.stopping, reason));
  }

  /** Asks a task to end that has just been given its row, if that was noted before. */
  heedForestalled(row: number, number: number): void {
    const forestalled = Atomics.load(this.#words, wordBase(row) + FORESTALLED);
    if (numberOf(forestalled) === number) this.requestStop(row, number, reasonOf(forestalled));
  }

  /** Takes back a task that has not begun: whoever has its order drops it. False if it has begun, or was asked to end. */
  revoke(row: number, number: number): boolean {
    return this.#swap(row, packWord(number, State.queued), packWord(number, State.ended));
  }

  /** Whether a task that cannot begin was taken back. */
  isRevoked(row: number, number: number): boolean {
    return this.word(row) === packWord(number, State.ended);
  }

  /** Marks a task as running for the first time. False if it was stopped before. */
  begin(row: number, number: number, timeout: number): boolean {
    const now = monotonicNow();
    this.#doubles[doubleBase(row) + BEGAN] = now;
    this.#doubles[doubleBase(row) + DEADLINE] = now + timeout;
    return this.#swap(row, packWord(number, State.queued), packWord(number, State.running));
  }

  /** Gives a task another deadline, on {@link monotonicNow}'s clock. The interrupter has to look after that. */
  setDeadline(row: number, number: number, deadline: number): void {
    if (numberOf(this.word(row)) === number) this.#doubles[doubleBase(row) + DEADLINE] = deadline;
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
      // Of a thread that was given up: the row is another task's by now.
      if (numberOf(word) !== number) return reasonOf(word);
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
