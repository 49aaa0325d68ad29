import { once } from 'node:events';
import { Session } from 'node:inspector';

/** The longest that a thread may take, in ms. */
const PATIENCE_MS = 60_000;

/** Collects the garbage of this thread and of all worker threads of the process, so that what is left is held. */
export class GarbageCollector {
  #session = new Session();
  #workers = new Set();
  #lastId = 0;

  constructor() {
    this.#session.connect();
    this.#session.on('NodeWorker.attachedToWorker', ({ params }) => this.#workers.add(params.sessionId));
    this.#session.on('NodeWorker.detachedFromWorker', ({ params }) => this.#workers.delete(params.sessionId));
    this.#session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  }

  /** @returns how many worker threads it reached */
  async collect() {
    // An answer of the inspector does not keep the process alive.
    const alive = setTimeout(() => undefined, PATIENCE_MS);
    for (const sessionId of this.#workers) await this.#inWorker(sessionId);
    await new Promise((resolve) => this.#session.post('HeapProfiler.collectGarbage', resolve));
    clearTimeout(alive);
    return this.#workers.size;
  }

  close() {
    this.#session.disconnect();
  }

  async #inWorker(sessionId) {
    this.#lastId += 1;
    const id = this.#lastId;
    const message = JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' });
    this.#session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
    for (;;) {
      const [{ params }] = await once(this.#session, 'NodeWorker.receivedMessageFromWorker');
      if (params.sessionId === sessionId && JSON.parse(params.message).id === id) return;
    }
  }
}
