import type { Value } from '../values/value.js';
import { readCount, readData, readHostName, readPort } from './arguments.js';
import type { Connection } from './connection.js';
import { Handle } from './handle.js';
import { HandleTable } from './handle-table.js';
import type { HeldBytes } from './held-bytes.js';
import type { Listener } from './listener.js';
import type { NetGuard, Target } from './net-guard.js';
import { Opening } from './opening.js';
import { Tcp } from './tcp.js';

export type TcpCall =
  | 'tcp.connect'
  | 'tcp.listen'
  | 'connection.read'
  | 'connection.write'
  | 'connection.close'
  | 'listener.accept'
  | 'listener.close'
  | 'listener.address';

const STANDARD_READ = 65_536;
const STANDARD_LISTEN_HOST = '127.0.0.1';

/** The calls of a script that are about TCP: reads their arguments, by index since a pattern costs an iterator, and keeps what they open by number. */
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
    return this.#handles.size + calls + this.#tcp.connections.closing;
  }

  /** @param handle the number of the connection or listener whose call it is */
  call(name: TcpCall, args: readonly Value[], handle: number | undefined): Value | Handle | Promise<Value | Handle> {
    switch (name) {
      case 'tcp.connect':
        return this.#connect(args);
      case 'tcp.listen':
        return this.#listen(args);
      case 'connection.read':
        return this.#read(handle, args);
      case 'connection.write':
        return this.#write(handle, args);
      case 'connection.close':
        return this.#closeConnection(handle);
      case 'listener.accept':
        return this.#accept(handle);
      case 'listener.close':
        return this.#closeListener(handle);
      case 'listener.address':
        return this.#handles.listener(handle).address;
    }
  }

  #connect(args: readonly Value[]): Promise<Handle> {
    const host = readHostName(args[0], 'host');
    const port = readPort(args[1], 'port', 1);
    this.#handles.requireRoom('tcp.connect');
    return this.#open<Connection>(this.#guard.connectable(host, port), (target, opening) =>
      this.#tcp.connect(target, opening),
    );
  }

  #listen(args: readonly Value[]): Promise<Handle> {
    const host = readHostName(args[0], 'host', STANDARD_LISTEN_HOST);
    const port = readPort(args[1], 'port', 0);
    this.#handles.requireRoom('tcp.listen');
    return this.#open<Listener>(this.#guard.listenable(host, port), (target, opening) =>
      this.#tcp.listen(target, opening),
    );
  }

  #accept(id: number | undefined): Handle | null | Promise<Handle | null> {
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

  #read(id: number | undefined, args: readonly Value[]): Value | Promise<Value> {
    return this.#handles.connection(id).read(readCount(args[0], 'n', STANDARD_READ, this.#held.most));
  }

  #write(id: number | undefined, args: readonly Value[]): undefined | Promise<undefined> {
    return this.#handles.connection(id).write(readData(args[0], 'data'));
  }

  /** Closing twice is no error: whoever cleans up need not know what was closed before. */
  #closeConnection(id: number | undefined): undefined | Promise<undefined> {
    if (this.#handles.isClosed(id)) return undefined;
    const connection = this.#handles.connection(id);
    this.#handles.remove(id);
    return connection.close();
  }

  #closeListener(id: number | undefined): undefined {
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

  /** Opens something: at once at an address; at a name when that is resolved, unless the script has ended by then. */
  #open<Open extends Connection | Listener>(
    target: Target | Promise<Target>,
    begin: (target: Target, opening: Opening<Open>) => void,
  ): Promise<Handle> {
    return new Promise((resolve, reject) => {
      const opening = new Opening<Open>(this.#handles, resolve, reject);
      if (!(target instanceof Promise)) return begin(target, opening);
      target
        .then((checked) => {
          if (!this.#closed) begin(checked, opening);
        })
        .catch((error: unknown) => {
          if (!this.#closed) opening.failed(error);
        });
    });
  }
}
