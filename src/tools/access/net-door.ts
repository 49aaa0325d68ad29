/**
 * The network that one call reaches.
 *
 * 1. Every connection goes to an address that the policy permits, the very one that was checked: those of redirects too.
 * 2. A name and `*` permit public addresses only.
 * 3. What was opened is closed when the call has ended.
 */
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { isStintError, StintError } from '../../errors/stint-error.js';
import { readPort } from '../../io/arguments.js';
import { NetGuard, type Target } from '../../io/net-guard.js';
import { pinned } from '../../io/pinned.js';
import { type Lookup, systemLookup } from '../../io/resolve-name.js';
import { reasonOf } from '../../io/system-error.js';
import { guardedFetch } from './fetch.js';
import type { Gate } from './gate.js';
import type { ConnectOptions, FetchOptions } from './net-access.js';

const MOST_SOCKETS = 256;

export class NetDoor {
  readonly #gate: Gate;
  readonly #guard: NetGuard;
  readonly #sockets = new Set<Socket>();
  #fetch: ReturnType<typeof guardedFetch> | undefined;
  #closesAll = false;

  constructor(gate: Gate, lookup: Lookup = systemLookup) {
    this.#gate = gate;
    this.#guard = new NetGuard(gate.rules.net, lookup, { list: 'policy.net', star: 'any public host' });
  }

  async fetch(url: string | URL, init: FetchOptions = {}): Promise<Response> {
    const shown = String(url);
    this.#gate.enter('net', shown);
    this.#fetch ??= guardedFetch(this.#gate, this.#guard, this.#sockets);
    return this.#judged(shown, () => this.#fetch?.(shown, init) as Promise<Response>);
  }

  async connect({ host, port, tls = false }: ConnectOptions): Promise<Socket> {
    const shown = `${host}:${port}`;
    this.#gate.enter('net', shown);
    return this.#judged(shown, async () => {
      const target = await this.#guard.connectable(host, readPort(port, 'port', 1));
      if (this.#sockets.size >= MOST_SOCKETS) {
        throw new StintError(
          'TOOL_FAILED',
          `cannot connect to ${shown}: a call can have at most ${MOST_SOCKETS} connections`,
        );
      }
      this.#gate.enter('net', shown);
      return this.#open(target, tls);
    });
  }

  async lookup(host: string): Promise<string[]> {
    this.#gate.enter('net', host);
    return this.#judged(host, async () => (await this.#guard.addressesOf(host)).map(({ address }) => address));
  }

  async #open(target: Target, tls: boolean): Promise<Socket> {
    const options = { ...pinned(target), noDelay: true };
    const isAddress = target.host === target.addresses[0]?.address;
    const socket = tls
      ? connectSecurely(isAddress ? options : { ...options, servername: target.host })
      : connectPlain(options);
    if (!this.#closesAll) this.#gate.defer(() => this.#closeAll());
    this.#closesAll = true;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    try {
      await once(socket, tls ? 'secureConnect' : 'connect', { signal: this.#gate.signal });
      return socket;
    } catch (error) {
      socket.on('error', () => undefined).destroy();
      if (this.#gate.signal.aborted) throw this.#gate.signal.reason;
      throw new StintError('TOOL_FAILED', `cannot connect to ${target.label}: ${reasonOf(error)}`);
    }
  }

  #closeAll(): void {
    for (const socket of this.#sockets) socket.on('error', () => undefined).destroy();
    this.#sockets.clear();
  }

  /** Notes what came of it: whether the policy let it through. */
  async #judged<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#gate.note('net', what, true);
      return result;
    } catch (error) {
      this.#gate.note('net', what, !isStintError(error, 'PERMISSION_DENIED'));
      throw error;
    }
  }
}
