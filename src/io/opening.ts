import type { Connection } from './connection.js';
import { Handle } from './handle.js';
import type { HandleTable } from './handle-table.js';
import type { Listener } from './listener.js';

/** A call that opens something: its place is reserved. */
export class Opening<Open extends Connection | Listener> {
  readonly #handles: HandleTable;
  readonly #resolve: (handle: Handle) => void;
  readonly #reject: (error: unknown) => void;

  constructor(handles: HandleTable, resolve: (handle: Handle) => void, reject: (error: unknown) => void) {
    handles.reserve();
    this.#handles = handles;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  opened(open: Open): void {
    this.#resolve(handleOf(open, this.#handles.add(open)));
  }

  failed(error: unknown): void {
    this.#handles.release();
    this.#reject(error);
  }
}

function handleOf(open: Connection | Listener, id: number): Handle {
  return open.kind === 'listener' ? new Handle('listener', id, open.address.port) : new Handle('connection', id);
}
