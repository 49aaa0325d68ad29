import type { QuickJsExports } from './exports.js';

/**
 * The rejected promises that nobody has handled so far, the oldest first. It keeps the promises alive, so an address stands
 * for one promise, and what it holds counts against the script's memory.
 */
export class Rejections {
  readonly #api: QuickJsExports;
  readonly #reasons = new Map<number, { promise: number; reason: number }>();

  constructor(api: QuickJsExports) {
    this.#api = api;
  }

  /** Takes note of a rejection, or (`handled`) that a noted one has got a handler. Takes the boxes over. */
  note(promise: number, reason: number, handled: boolean): void {
    const address = this.#api.qjs_get_value_ptr(promise);
    if (!handled) {
      this.#reasons.set(address, { promise, reason });
      return;
    }
    this.#free({ promise, reason });
    const noted = this.#reasons.get(address);
    if (noted === undefined) return;
    this.#reasons.delete(address);
    this.#free(noted);
  }

  /** The box of the reason of the oldest one. */
  first(): number | undefined {
    for (const { reason } of this.#reasons.values()) return reason;
    return undefined;
  }

  #free({ promise, reason }: { promise: number; reason: number }): void {
    this.#api.qjs_free_value(promise);
    this.#api.qjs_free_value(reason);
  }
}
