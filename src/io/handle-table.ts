import type { Connection } from './connection.js';
import type { Listener } from './listener.js';
import { failure, misuse } from './refusal.js';

const MOST = 1024;

/**
 * What a script has open, by number. A number is never used twice, so that one of something closed reaches nothing.
 * A place is reserved before anything is opened: what the script has asked for counts as what it has.
 */
export class HandleTable {
  readonly #open = new Map<number, Connection | Listener>();
  #reserved = 0;
  #issued = 0;

  /** Open and about to be. */
  get size(): number {
    return this.#open.size + this.#reserved;
  }

  /** @throws StintError `SCRIPT_ERROR` if all places are taken */
  requireRoom(call: string): void {
    if (this.size < MOST) return;
    throw failure(`${call}: a script can have at most ${MOST} connections and listeners open; close some first`);
  }

  reserve(): void {
    this.#reserved += 1;
  }

  /** Gives a reserved place back. */
  release(): void {
    this.#reserved -= 1;
  }

  /** Puts something in a reserved place. */
  add(open: Connection | Listener): number {
    this.#reserved -= 1;
    this.#issued += 1;
    this.#open.set(this.#issued, open);
    return this.#issued;
  }

  connection(id: number | undefined): Connection {
    const open = this.#get(id);
    if (open?.kind === 'connection') return open;
    throw this.#refusal(id, 'connection', open);
  }

  listener(id: number | undefined): Listener {
    const open = this.#get(id);
    if (open?.kind === 'listener') return open;
    throw this.#refusal(id, 'listener', open);
  }

  /** Whether this number is of something that has been closed. */
  isClosed(id: number | undefined): boolean {
    return id !== undefined && Number.isInteger(id) && id >= 1 && id <= this.#issued && !this.#open.has(id);
  }

  remove(id: number | undefined): void {
    if (id !== undefined) this.#open.delete(id);
  }

  clear(): void {
    // To clear a map is to make another table for it.
    if (this.#open.size > 0) this.#open.clear();
    this.#reserved = 0;
  }

  values(): Iterable<Connection | Listener> {
    return this.#open.values();
  }

  #get(id: number | undefined): Connection | Listener | undefined {
    return id === undefined ? undefined : this.#open.get(id);
  }

  #refusal(id: number | undefined, kind: string, open: { readonly kind: string } | undefined) {
    if (open !== undefined) return misuse(`handle ${id} is a ${open.kind}, not a ${kind}`);
    return misuse(this.isClosed(id) ? `the ${kind} is closed` : `there is no ${kind} with the number ${id}`);
  }
}
