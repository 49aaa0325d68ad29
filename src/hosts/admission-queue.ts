/**
 * Who may be live, and who waits: a slot is the right to be live.
 *
 * 1. Never more than `slots` entries are live.
 * 2. Never more than `capacity` entries wait beyond those that a free slot is there for.
 * 3. Higher priority first; first come, first served within one.
 * 4. Taking an entry out, from wherever it stands, costs the same however many there are.
 */
export class AdmissionQueue<T> {
  readonly #slots: number;
  readonly #capacity: number;
  /** The waiting entries of each priority in the order of their coming; no empty sets. */
  readonly #levels = new Map<number, Set<T>>();
  #waiting = 0;
  #live = 0;

  constructor(slots: number, capacity: number) {
    this.#slots = slots;
    this.#capacity = capacity;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get live(): number {
    return this.#live;
  }

  /** False if there is no room. */
  add(entry: T, priority: number): boolean {
    if (this.#waiting >= this.#capacity + this.#slots - this.#live) return false;
    const level = this.#levels.get(priority);
    if (level === undefined) this.#levels.set(priority, new Set([entry]));
    else level.add(entry);
    this.#waiting += 1;
    return true;
  }

  /** Gives a slot to the entry whose turn it is; undefined if none waits or no slot is free. */
  admit(): T | undefined {
    if (this.#waiting === 0 || this.#live >= this.#slots) return undefined;
    const priority = Math.max(...this.#levels.keys());
    const [entry] = this.#levels.get(priority) ?? [];
    if (entry === undefined) return undefined;
    this.remove(entry, priority);
    this.#live += 1;
    return entry;
  }

  /** Gives a slot back. */
  release(): void {
    this.#live -= 1;
  }

  /** Takes an entry out that will not wait any longer. False if it does not wait. */
  remove(entry: T, priority: number): boolean {
    const level = this.#levels.get(priority);
    if (level === undefined || !level.delete(entry)) return false;
    if (level.size === 0) this.#levels.delete(priority);
    this.#waiting -= 1;
    return true;
  }
}
