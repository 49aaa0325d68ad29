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

/** What can stand in a queue. */
export interface Queueable {
  /** Its place in the queue that it stands in, which gives it out. */
  place: Place | undefined;
}

/**
 * A ring of entries in the order of their coming, seen from one of them. Whoever leaves forgets its neighbours: what an old object
 * refers to, V8 takes for alive until the next full collection. (For the same reason these are not Sets.)
 */
export class Place {
  readonly level: Level;
  readonly entry: Queueable | undefined;
  /** Counts up from place to place. */
  readonly serial: number;
  before: Place = this;
  behind: Place = this;

  constructor(level: Level, entry: Queueable | undefined, serial: number) {
    this.level = level;
    this.entry = entry;
    this.serial = serial;
  }
}

/** Those of one priority. */
class Level {
  readonly priority: number;
  readonly #ends = new Place(this, undefined, 0);

  constructor(priority: number) {
    this.priority = priority;
  }

  /** The place of the one who came first; that of nobody if none is there. */
  get first(): Place {
    return this.#ends.behind;
  }

  add(place: Place): void {
    const last = this.#ends.before;
    place.before = last;
    place.behind = this.#ends;
    last.behind = place;
    this.#ends.before = place;
  }

  remove(place: Place): void {
    place.before.behind = place.behind;
    place.behind.before = place.before;
    place.before = place;
    place.behind = place;
  }
}

export class AdmissionQueue<T extends Queueable> {
  readonly #slots: number;
  readonly #capacity: number;
  /** A level for each priority that there ever was, the highest first. */
  readonly #levels: Level[] = [];
  #waiting = 0;
  #serial = 0;
  #live = 0;
  #admitted = 0;

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
    this.#serial += 1;
    entry.place = new Place(this.#level(priority), entry, this.#serial);
    entry.place.level.add(entry.place);
    this.#waiting += 1;
    return true;
  }

  /** The entry whose turn it is; undefined if none waits or no slot is free. */
  peek(): T | undefined {
    if (this.#waiting === 0 || this.#live >= this.#slots) return undefined;
    const oldest = (this.#admitted + 1) % TURN_OF_OLDEST === 0;
    let next: Place | undefined;
    for (const { first } of this.#levels) {
      if (first.entry === undefined) continue;
      if (!oldest) return first.entry as T;
      if (next === undefined || first.serial < next.serial) next = first;
    }
    return next?.entry as T | undefined;
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
    return this.#waiting === 0 && this.#live < this.#slots;
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
    const { place } = entry;
    if (place === undefined) return false;
    entry.place = undefined;
    place.level.remove(place);
    this.#waiting -= 1;
    return true;
  }

  #level(priority: number): Level {
    const at = this.#levels.findIndex((level) => level.priority <= priority);
    const found = this.#levels[at];
    if (found?.priority === priority) return found;
    const level = new Level(priority);
    this.#levels.splice(at < 0 ? this.#levels.length : at, 0, level);
    return level;
  }
}
