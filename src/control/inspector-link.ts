/**
 * Reaches worker threads of this process in the middle of what they do, through the main thread's
 * inspector. The main thread may be in a loop meanwhile, if the link is not its own, but not in a blocking system call.
 *
 * 1. What is sent to a thread that the inspector has not announced yet is sent when it has.
 * 2. Workers that are not stint's are let go of at once.
 */
import { isMainThread } from 'node:worker_threads';
import { THREAD_NAME_PREFIX } from './interrupter-messages.js';

interface Attached {
  params: { sessionId: string; workerInfo: { title: string } };
}

interface Detached {
  params: { sessionId: string };
}

interface Message {
  method: string;
  params?: object;
}

/** The part of `Session` that talks about workers; the type that ships with Node lacks these events. */
interface WorkerSession {
  connect(): void;
  connectToMainThread(): void;
  disconnect(): void;
  post(method: string, params: object, callback: (error: Error | null) => void): void;
  on(event: 'NodeWorker.attachedToWorker', listener: (message: Attached) => void): void;
  on(event: 'NodeWorker.detachedFromWorker', listener: (message: Detached) => void): void;
}

export class InspectorLink {
  // A build of Node without inspector has no such module.
  readonly #session = new (process.getBuiltinModule('node:inspector').Session)() as unknown as WorkerSession;
  readonly #sessionIds = new Map<string, string>();
  readonly #unsent = new Map<string, Message[]>();
  #nextId = 1;

  constructor() {
    if (isMainThread) this.#session.connect();
    else this.#session.connectToMainThread();
    this.#session.on('NodeWorker.attachedToWorker', ({ params }) => this.#attached(params));
    this.#session.on('NodeWorker.detachedFromWorker', ({ params }) => this.#detached(params.sessionId));
    this.#post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  }

  /** Evaluates an expression in a thread, at the next moment at which V8 can interrupt what runs there. */
  evaluate(threadName: string, expression: string): void {
    this.#send(threadName, { method: 'Runtime.evaluate', params: { expression, silent: true } });
  }

  /** Unwinds every JavaScript and WebAssembly frame of a thread; no `catch` and no `finally` runs. */
  terminateExecution(threadName: string): void {
    this.#send(threadName, { method: 'Runtime.terminateExecution' });
  }

  /** Forgets a thread that is gone. */
  forget(threadName: string): void {
    this.#unsent.delete(threadName);
  }

  disconnect(): void {
    this.#session.disconnect();
  }

  #attached({ sessionId, workerInfo }: Attached['params']): void {
    const name = workerInfo.title.slice(workerInfo.title.indexOf('] ') + 2);
    if (!name.startsWith(THREAD_NAME_PREFIX)) {
      this.#post('NodeWorker.detach', { sessionId });
      return;
    }
    this.#sessionIds.set(name, sessionId);
    const unsent = this.#unsent.get(name) ?? [];
    this.#unsent.delete(name);
    for (const message of unsent) this.#send(name, message);
  }

  #detached(sessionId: string): void {
    for (const [name, id] of this.#sessionIds) {
      if (id === sessionId) this.#sessionIds.delete(name);
    }
  }

  #send(threadName: string, message: Message): void {
    const sessionId = this.#sessionIds.get(threadName);
    if (sessionId === undefined) {
      const unsent = this.#unsent.get(threadName) ?? [];
      unsent.push(message);
      this.#unsent.set(threadName, unsent);
      return;
    }
    const text = JSON.stringify({ id: this.#nextId, ...message });
    this.#nextId += 1;
    this.#post('NodeWorker.sendMessageToWorker', { sessionId, message: text });
  }

  #post(method: string, params: object): void {
    this.#session.post(method, params, ignoreGoneWorker);
  }
}

/** A worker may end while a message is on its way to it. That is the only thing that can go wrong here. */
function ignoreGoneWorker(error: Error | null): void {
  if (error === null || /session|worker/i.test(error.message)) return;
  throw error;
}
