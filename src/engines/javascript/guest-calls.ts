import type { Value } from '../../values/value.js';
import type { Answer, Call, VmHost } from '../engine.js';
import type { Guest } from './guest.js';

/** By the numbers of prelude/calls.ts. */
const KINDS: readonly Call['kind'][] = ['function', 'event', 'builtin', 'channel', 'tool'];

/** The calls that a script makes of its host. */
export class GuestCalls {
  readonly #guest: Guest;
  readonly #host: VmHost;
  readonly #stop: () => void;
  #lastId = 0;
  #early: Answer[] = [];

  /** @param stop has the script stop: the host refuses to take more */
  constructor(guest: Guest, host: VmHost, stop: () => void) {
    this.#guest = guest;
    this.#host = host;
    this.#stop = stop;
  }

  /** Passes a call on; what the script gets for it. @param handle what the call is about, below 0 for nothing */
  call(kind: number, name: string, encoded: number, handle: number): { id: number } | { thrown: number } | undefined {
    const read = this.#guest.read(encoded, `arguments of ${name}`);
    if ('error' in read) return { thrown: this.#guest.instance.newError(read.error.message, read.error.code) };
    this.#lastId += 1;
    const id = this.#lastId;
    const of = handle < 0 ? undefined : handle;
    const call = { id, kind: KINDS[kind] ?? 'function', name, args: read.value as Value[], handle: of };
    const taken = this.#host.call(call, call.kind !== 'event');
    if (taken === 'refused') {
      this.#stop();
      return undefined;
    }
    if (taken !== 'pending' && call.kind !== 'event') this.#early.push(taken);
    return { id };
  }

  /** Answers that came at once, before the script had a promise for them. */
  takeEarly(): readonly Answer[] {
    const early = this.#early;
    if (early.length > 0) this.#early = [];
    return early;
  }
}
