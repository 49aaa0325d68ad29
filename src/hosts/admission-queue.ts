/**
 * Who may be live, and who waits: a slot is the right to be live.
 *
 * 1. Never more than `slots` entries are live.
 * 2. Never more than `capacity` entries wait beyond those that a free slot is there for.
 * 3. Higher priority first; first come, first served within one.
 * 4. Every {@link TURN_OF_OLDEST}th admission is that of the entry that has waited longest, whatever its priority: with n
 *    waiting before it, an entry is admitted after at most n + 1 times as many.
 * 5. Taking an entry out, from wherever it stands, costs the same however many there are.
 */
export const TURN_OF_OLDEST = 16;

export class AdmissionQueue<T> {
  readonly #slots: number;
  readonly #capacity: number;
  /** The waiting entries of each priority in the order of their coming; no empty sets. */
  readonly #levels = new Map<number, Set<T>>();
  /** All of them in the order of their coming, with their priorities. */
  readonly #waiting = new Map<T, number>();
  #live = 0;
  #admitted = 0;

  constructor(slots: number, capacity: number) {
    this.#slots = slots;
    this.#capacity = capacity;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get live(): number {
    return this.#live;
  }

  /** False if there is no room. */
  add(entry: T, priority: number): boolean {
    if (this.waiting >= this.#capacity + this.#slots - this.#live) return false;
    const level = this.#levels.get(priority);
    if (level === undefined) this.#levels.set(priority, new Set([entry]));
    else level.add(entry);
    this.#waiting.set(entry, priority);
    return true;
  }

  /** The entry whose turn it is; undefined if none waits or no slot is free. */
  peek(): T | undefined {
    if (this.waiting === 0 || this.#live >= this.#slots) return undefined;
    if ((this.#admitted + 1) % TURN_OF_OLDEST === 0) return first(this.#waiting.keys());
    return first(this.#levels.get(Math.max(...this.#levels.keys())) ?? []);
  }

  /** Gives a slot to the entry whose turn it is. */
  admit(): T | undefined {
    const entry = this.peek();
    if (entry === undefined) return undefined;
    this.remove(entry);
    this.#live += 1;
    this.#admitted += 1;
    return entry;
  }

  /** Whether nobody waits and a slot is free. */
  get isOpen(): boolean {
    return this.#waiting.size === 0 && this.#live < this.#slots;
  }

  /** Gives a slot to one that has not waited. */
  take(): void {
    this.#live += 1;
  }

  /** Gives a slot back. */
  release(): void {
    this.#live -= 1;
  }

  /** Takes an entry out that will not wait any longer. False if it does not wait. */
  remove(entry: T): boolean {
    const priority = this.#waiting.get(entry);
    if (priority === undefined) return false;
    this.#waiting.delete(entry);
    const level = this.#levels.get(priority);
    level?.delete(entry);
    if (level?.size === 0) this.#levels.delete(priority);
    return true;
  }
}

function first<T>(entries: Iterable<T>): T | undefined {
  for (const entry of entries) return entry;
  return undefined;
}
