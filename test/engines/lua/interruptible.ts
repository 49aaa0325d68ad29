import { Session } from 'node:inspector';
import { Worker } from 'node:worker_threads';
import type { EngineCounts, Step } from '#stint/engines/engine';
import { loadLuaModule } from '#stint/engines/lua/module';

type Message =
  | { kind: 'wrote'; text: string; stream: string }
  | { kind: 'stepped'; step: Step }
  | { kind: 'closed'; peak: number; counts: EngineCounts }
  | { kind: 'discarded'; counts: EngineCounts };

type OfKind<K> = Extract<Message, { kind: K }>;

/**
 * A Lua engine in a worker thread that can be interrupted in the middle of a script, through the
 * inspector: the way the runtime does it, and nothing else of the runtime.
 */
export class Interruptible {
  readonly #worker: Worker;
  readonly #session: Session;
  readonly #inspected: string;
  readonly #messages: Message[] = [];
  #waiting: (() => void) | undefined;
  #sent = 0;

  static async start(): Promise<Interruptible> {
    const module = await loadLuaModule();
    const session = new Session();
    session.connect();
    const attached = new Promise<string>((resolve) => {
      session.on('NodeWorker.attachedToWorker', ({ params }) => resolve(params.sessionId));
    });
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    const worker = new Worker(new URL('./lua-worker.js', import.meta.url), { workerData: module });
    return new Interruptible(worker, session, await attached);
  }

  private constructor(worker: Worker, session: Session, inspected: string) {
    this.#worker = worker;
    this.#session = session;
    this.#inspected = inspected;
    worker.on('message', (message: Message) => {
      this.#messages.push(message);
      this.#waiting?.();
    });
  }

  /** Starts a script. Its outcome comes as messages. */
  run(code: string, memory?: number): void {
    this.#worker.postMessage(memory === undefined ? { code } : { code, memory });
  }

  /** The next message of this kind; those before it are dropped. */
  async next<K extends Message['kind']>(kind: K): Promise<OfKind<K>> {
    const messages = await this.until(kind);
    return messages.at(-1) as OfKind<K>;
  }

  /** The messages up to the next one of this kind. */
  async until(kind: Message['kind']): Promise<Message[]> {
    const taken: Message[] = [];
    for (;;) {
      for (let message = this.#messages.shift(); message !== undefined; message = this.#messages.shift()) {
        taken.push(message);
        if (message.kind === kind) return taken;
      }
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  /** Rung *stop*: calls `vm.stop()` in the middle of the script. */
  stop(): void {
    this.#send('Runtime.evaluate', { expression: 'stopScript()' });
  }

  /** Rung *break*: unwinds the thread's stack; then has the engine drop the VM. */
  async breakOff(): Promise<OfKind<'discarded'>> {
    this.#send('Runtime.terminateExecution', {});
    this.#worker.postMessage('discard');
    return this.next('discarded');
  }

  async close(): Promise<void> {
    this.#session.disconnect();
    await this.#worker.terminate();
  }

  #send(method: string, params: object): void {
    this.#sent += 1;
    this.#session.post('NodeWorker.sendMessageToWorker', {
      sessionId: this.#inspected,
      message: JSON.stringify({ id: this.#sent, method, params }),
    });
  }
}
