/**
 * One worker thread, seen from the thread that made it.
 *
 * 1. Every task that was handed over is heard of again: by its report, or, when the thread is gone, as lost.
 * 2. The thread keeps the process alive only while it has a task.
 */
import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { ControlTable } from '../control/control-table.js';
import type { InterrupterLease, InterruptMeans } from '../control/interrupter.js';
import { THREAD_NAME_PREFIX } from '../control/interrupter-messages.js';
import type { Answer, Call, EngineCounts } from '../engines/engine.js';
import type { EngineName } from '../engines/engine-name.js';
import type { EngineCode } from '../engines/load-engine.js';
import type { SentEvent, TaskOrder, TaskReport, ToHost, ToWorker, WorkerSetup } from '../worker/messages.js';

/** What a task hears of its thread. */
export interface TaskListener {
  began(): void;
  /** The task waits; its thread can run another. */
  waiting(): void;
  output(text: string, stream: 'stdout' | 'stderr'): void;
  call(call: Call): void;
  events(events: readonly SentEvent[]): void;
  ended(report: TaskReport): void;
  /** The thread is gone: ended on purpose as the ladder's last rung, or dead by itself (then `cause` says of what). */
  lost(cause: Error | undefined): void;
}

export class ThreadHost {
  readonly index: number;
  readonly #worker: Worker;
  readonly #name = `${THREAD_NAME_PREFIX}${randomUUID()}`;
  readonly #table: ControlTable;
  readonly #interrupter: InterrupterLease;
  readonly #tasks = new Map<number, { number: number; waiting: boolean; listener: TaskListener }>();
  #busy = 0;
  readonly #engines = new Set<EngineName>();
  readonly #exited: Promise<void>;
  #cause: Error | undefined;
  #gone = false;
  /** What the thread's engines held when it was last heard of. */
  engineCounts: Partial<Record<EngineName, EngineCounts>> = {};

  /** @param onExit called when the thread is gone, after its tasks were told */
  constructor(
    index: number,
    table: ControlTable,
    means: InterruptMeans,
    interrupter: InterrupterLease,
    onExit: (host: ThreadHost) => void,
  ) {
    this.index = index;
    this.#table = table;
    this.#interrupter = interrupter;
    const bell = interrupter.addThread(index, this.#name);
    const setup: WorkerSetup = { thread: index, control: table.buffer, means, bell };
    this.#worker = new Worker(new URL('../worker/entry.js', import.meta.url), {
      name: this.#name,
      workerData: setup,
      transferList: [bell],
      // A script has no use for the host's environment, nor has the thread for the host's command line.
      env: {},
      argv: [],
      execArgv: [],
    });
    this.#worker.on('message', (message: ToHost) => this.#receive(message));
    // After the listener: adding one makes the worker keep the process alive.
    this.#worker.unref();
    this.#worker.on('error', (error: Error) => {
      this.#cause = error;
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#gone = true;
        this.#interrupter.removeThread(this.index, this.#name);
        this.#loseTasks();
        onExit(this);
        resolve();
      });
    });
  }

  /** How many tasks the thread has, waiting ones included. */
  get load(): number {
    return this.#tasks.size;
  }

  /** Whether all its tasks wait, so that another would run at once. */
  get isFree(): boolean {
    return this.#busy === 0;
  }

  /** Keeps the thread for a task that is still being loaded. */
  reserve(): void {
    this.#busy += 1;
  }

  unreserve(): void {
    this.#busy -= 1;
  }

  /** Hands over an engine's compiled WebAssembly, once. */
  addEngine(engine: EngineCode): void {
    if (this.#engines.has(engine.name)) return;
    this.#engines.add(engine.name);
    this.#post({ op: 'engine', engine });
  }

  start(order: TaskOrder, listener: TaskListener): void {
    if (this.#gone) {
      listener.lost(this.#cause);
      return;
    }
    if (this.#tasks.size === 0) this.#worker.ref();
    this.#busy += 1;
    this.#tasks.set(order.row, { number: order.number, waiting: false, listener });
    this.#post({ op: 'start', order });
  }

  /** Answers a call of one of its tasks. */
  answer(row: number, number: number, answer: Answer): void {
    this.#tell({ op: 'answer', row, number, answer });
  }

  /** Ends the thread, whatever it is doing; settles when it is gone. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
    await this.#exited;
  }

  /** Posts something that a script may be blocking its thread for. */
  #tell(message: ToWorker): void {
    this.#post(message);
    this.#table.ring(this.index);
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: ToHost): void {
    const task = this.#tasks.get(message.row);
    if (task === undefined || task.number !== message.number) return;
    switch (message.op) {
      case 'began':
        task.listener.began();
        return;
      case 'waiting':
        task.waiting = true;
        this.#busy -= 1;
        task.listener.waiting();
        return;
      case 'woken':
        task.waiting = false;
        this.#busy += 1;
        return;
      case 'call':
        task.listener.call(message.call);
        return;
      case 'events':
        task.listener.events(message.events);
        this.#tell({
          op: 'delivered',
          row: message.row,
          number: message.number,
          events: message.events.length,
          bytes: message.bytes,
        });
        return;
      case 'output':
        task.listener.output(message.text, message.stream);
        return;
      case 'ended':
        this.engineCounts = message.engines;
        this.#tasks.delete(message.row);
        if (!task.waiting) this.#busy -= 1;
        if (this.#tasks.size === 0) this.#worker.unref();
        task.listener.ended(message.report);
    }
  }

  #loseTasks(): void {
    const tasks = [...this.#tasks.values()];
    this.#tasks.clear();
    for (const { listener } of tasks) listener.lost(this.#cause);
  }
}
