/**
 * What one script may do with the outside world, by permission.
 *
 * 1. Whatever a script has open or asked for is bounded in number and in bytes.
 * 2. After `close` nothing of it is left: no socket, no timer, no promise that rejects.
 */
import { threadNow } from '../scope/thread-now.js';
import type { Value } from '../values/value.js';
import { readMilliseconds } from './arguments.js';
import type { Handle } from './handle.js';
import { HeldBytes } from './held-bytes.js';
import { HttpClient } from './http-client.js';
import { NetGuard } from './net-guard.js';
import type { Permissions } from './permissions.js';
import { denied, misuse } from './refusal.js';
import { type Lookup, systemLookup } from './resolve-name.js';
import { Sleeps } from './sleeps.js';
import { type TcpCall, TcpCalls } from './tcp-calls.js';

export { Handle } from './handle.js';
export type { Permissions } from './permissions.js';

/** The calls that a script can make. Those of a connection or listener take its number. */
export type IoCall = 'sleep' | 'time.now' | 'http.request' | TcpCall;

export interface ScriptIoOptions {
  readonly permissions: Permissions;
  /** The most bytes that one read or body may hold, and all bodies and waiting writes together. */
  readonly maxBytes: number;
  /** Finds the addresses of names. Default: as the system does. */
  readonly lookup?: Lookup;
}

type Result = Value | Handle;

export class ScriptIo {
  readonly #permissions: Permissions;
  readonly #startedAt = threadNow();
  readonly #guard: NetGuard;
  readonly #held: HeldBytes;
  // Made when they are needed: most scripts need one of them.
  #sleeps: Sleeps | undefined;
  #tcp: TcpCalls | undefined;
  #http: HttpClient | undefined;
  #closed = false;

  constructor({ permissions, maxBytes, lookup = systemLookup }: ScriptIoOptions) {
    const star = permissions.publicOnly === true ? 'any public host' : 'any host';
    this.#guard = new NetGuard(permissions.net ?? [], lookup, { list: 'permissions.net', star });
    this.#held = new HeldBytes(maxBytes);
    this.#permissions = permissions;
  }

  /** Open handles and pending operations. */
  get open(): number {
    return (this.#tcp?.open ?? 0) + (this.#http?.pending ?? 0) + (this.#sleeps?.pending ?? 0);
  }

  /**
   * Carries out one call. Bytes among the arguments are given away; those in a result are the caller's.
   *
   * @param handle the number of the connection or listener whose call it is
   * @returns the result, or a promise of it where the script has to wait
   * @throws StintError (or rejects with it)
   */
  call(name: IoCall, args: readonly Value[], handle?: number): Result | Promise<Result> {
    if (this.#closed) throw misuse(`${name}: the script has ended`);
    switch (name) {
      case 'sleep':
        this.#sleeps ??= new Sleeps();
        return this.#sleeps.add(readMilliseconds(args[0], 'ms'));
      case 'time.now':
        return this.#now();
      case 'http.request':
        this.#http ??= new HttpClient(this.#guard, this.#held);
        return this.#http.request(args[0]);
      default:
        this.#tcp ??= new TcpCalls(this.#guard, this.#held);
        return this.#tcp.call(name, args, handle);
    }
  }

  /** Ends all of it, now. Promises that are pending stay so: there is nobody left to hear of them. */
  close(): void {
    this.#closed = true;
    this.#sleeps?.clear();
    this.#tcp?.abandon();
    this.#http?.abandon();
  }

  #now(): number {
    if (this.#permissions.time !== true) {
      throw denied('time.now', 'permissions.time is not true', 'set permissions.time to true');
    }
    return threadNow() - this.#startedAt;
  }
}
