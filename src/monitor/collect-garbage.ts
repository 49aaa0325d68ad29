/**
 * Collects the garbage of all threads of this process, so that what is left is held.
 *
 * 1. A thread that does not answer, or goes meanwhile, holds nobody up for longer than the patience.
 * 2. Closed, it leaves no session; open, it keeps no process alive but while it collects.
 */
import type { Session } from 'node:inspector';
import { isMainThread } from 'node:worker_threads';
import { availableMeans } from '../control/interrupter.js';

/** The longest that a thread is waited for, in ms. */
const PATIENCE_MS = 10_000;

interface Attached {
  params: { sessionId: string };
}

interface Received {
  params: { sessionId: string; message: string };
}

/** The part of `Session` that talks about workers; the type that ships with Node lacks these events. */
interface WorkerSession {
  post(method: string, params?: object, callback?: (error: Error | null) => void): void;
  on(
    event: 'NodeWorker.attachedToWorker' | 'NodeWorker.detachedFromWorker',
    listener: (message: Attached) => void,
  ): void;
  on(event: 'NodeWorker.receivedMessageFromWorker', listener: (message: Received) => void): void;
}

/** Collects garbage in all threads of the process, by way of the inspector. */
export class GarbageCollector implements Disposable {
  readonly #session: WorkerSession & Session;
  readonly #workers = new Set<string>();
  readonly #pending = new Map<string, (answered: boolean) => void>();
  #lastId = 0;

  private constructor(session: Session) {
    this.#session = session as unknown as WorkerSession & Session;
    this.#session.connect();
    // Only the main thread hears of the others.
    if (!isMainThread) return;
    this.#session.on('NodeWorker.attachedToWorker', ({ params }) => this.#workers.add(params.sessionId));
    this.#session.on('NodeWorker.detachedFromWorker', ({ params }) => {
      this.#workers.delete(params.sessionId);
      this.#pending.get(params.sessionId)?.(false);
    });
    this.#session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      if (JSON.parse(params.message).id === this.#lastId) this.#pending.get(params.sessionId)?.(true);
    });
    this.#session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  }

  /** Undefined where there is no inspector, or it is denied. In a worker thread it reaches that thread alone. */
  static async open(): Promise<GarbageCollector | undefined> {
    if (availableMeans() !== 'inspector') return undefined;
    const inspector = await import('node:inspector');
    return new GarbageCollector(new inspector.Session());
  }

  /** @returns how many threads it reached, this one included */
  async collect(): Promise<number> {
    let reached = 1;
    // One after the other: the peak of memory is lower. Those that come meanwhile are not asked.
    for (const sessionId of [...this.#workers]) if (await this.#inWorker(sessionId)) reached += 1;
    await new Promise<void>((resolve, reject) => {
      this.#session.post('HeapProfiler.collectGarbage', undefined, (error) =>
        error === null ? resolve() : reject(error),
      );
    });
    return reached;
  }

  close(): void {
    this.#session.disconnect();
    for (const settle of this.#pending.values()) settle(false);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #inWorker(sessionId: string): Promise<boolean> {
    this.#lastId += 1;
    const message = JSON.stringify({ id: this.#lastId, method: 'HeapProfiler.collectGarbage' });
    return new Promise((resolve) => {
      const settle = (answered: boolean): void => {
        clearTimeout(patience);
        this.#pending.delete(sessionId);
        resolve(answered);
      };
      const patience = setTimeout(settle, PATIENCE_MS, false);
      this.#pending.set(sessionId, settle);
      this.#session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
    });
  }
}
