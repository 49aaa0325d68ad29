import type { Value } from '../values/value.js';
import { readCount, readData, readHostName, readPort } from './arguments.js';
import type { Connection } from './connection.js';
import { Handle } from './handle.js';
import { HandleTable } from './handle-table.js';
import type { HeldBytes } from './held-bytes.js';
import type { Listener } from './listener.js';
import type { NetGuard, Target } from './net-guard.js';
import { Tcp } from './tcp.js';

type Opened = (handle: Handle) => void;
type Failed = (error: unknown) => void;

const STANDARD_READ = 65_536;
const STANDARD_LISTEN_HOST = '127.0.0.1';

/** The calls of a script that are about TCP: reads their arguments and keeps what they open by number. */
export class TcpCalls {
  readonly #guard: NetGuard;
  readonly #held: HeldBytes;
  readonly #tcp: Tcp;
  readonly #handles = new HandleTable();
  #closed = false;

  constructor(guard: NetGuard, held: HeldBytes) {
    this.#guard = guard;
    this.#held = held;
    this.#tcp = new Tcp(held);
  }

  /** Open handles and pending calls. */
  get open(): number {
    let calls = 0;
    for (const { pending } of this.#handles.values()) calls += pending;
    return this.#handles.size + calls + this.#tcp.closing.size;
  }

  connect([first, second]: readonly Value[]): Promise<Handle> {
    const host = readHostName(first, 'host');
    const port = readPort(second, 'port', 1);
    this.#handles.requireRoom('tcp.connect');
    return this.#open(this.#guard.connectable(host, port), (target, resolve, failed) => {
      const opened = (connection: Connection): void => resolve(new Handle('connection', this.#handles.add(connection)));
      this.#tcp.connect(target, { opened, failed });
    });
  }

  listen([first, second]: readonly Value[]): Promise<Handle> {
    const host = readHostName(first, 'host', STANDARD_LISTEN_HOST);
    const port = readPort(second, 'port', 0);
    this.#handles.requireRoom('tcp.listen');
    return this.#open(this.#guard.listenable(host, port), (target, resolve, failed) => {
      const opened = (listener: Listener): void =>
        resolve(new Handle('listener', this.#handles.add(listener), listener.address.port));
      this.#tcp.listen(target, opened, failed);
    });
  }

  accept(id: number | undefined): Handle | null | Promise<Handle | null> {
    const listener = this.#handles.listener(id);
    this.#handles.requireRoom('listener.accept');
    this.#handles.reserve();
    let taken: Handle | null | undefined;
    let wake: ((handle: Handle | null) => void) | undefined;
    listener.accept((connection) => {
      if (connection === null) this.#handles.release();
      taken = connection === null ? null : new Handle('connection', this.#handles.add(connection));
      wake?.(taken);
    });
    if (taken !== undefined) return taken;
    return new Promise((resolve) => {
      wake = resolve;
    });
  }

  address(id: number | undefined): Value {
    return this.#handles.listener(id).address;
  }

  read(id: number | undefined, [n]: readonly Value[]): Value | Promise<Value> {
    return this.#handles.connection(id).read(readCount(n, 'n', STANDARD_READ, this.#held.most));
  }

  write(id: number | undefined, [data]: readonly Value[]): undefined | Promise<undefined> {
    return this.#handles.connection(id).write(readData(data, 'data'));
  }

  /** Closing twice is no error: whoever cleans up need not know what was closed before. */
  closeConnection(id: number | undefined): undefined | Promise<undefined> {
    if (this.#handles.isClosed(id)) return undefined;
    const connection = this.#handles.connection(id);
    this.#handles.remove(id);
    return connection.close();
  }

  closeListener(id: number | undefined): undefined {
    if (this.#handles.isClosed(id)) return;
    const listener = this.#handles.listener(id);
    this.#handles.remove(id);
    listener.close();
  }

  /** Ends all of it. Nothing that is pending will settle. */
  abandon(): void {
    this.#closed = true;
    this.#handles.clear();
    this.#tcp.abandon();
  }

  /** Opens something: at once at an address, later at a name. */
  #open(
    target: Target | Promise<Target>,
    begin: (target: Target, resolve: Opened, failed: Failed) => void,
  ): Promise<Handle> {
    this.#handles.reserve();
    return new Promise((resolve, reject) => {
      const failed: Failed = (error) => {
        if (this.#closed) return;
        this.#handles.release();
        reject(error);
      };
      if (!(target instanceof Promise)) return begin(target, resolve, failed);
      const go = (checked: Target): void => {
        if (!this.#closed) begin(checked, resolve, failed);
      };
      target.then(go).catch(failed);
    });
  }
}
