/**
 * One worker thread, seen from the thread that made it.
 *
 * 1. Every task that was handed over is heard of again: by its report, or, when the thread is gone, as lost.
 * 2. The thread keeps the process alive only while it has a task.
 */
import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { monotonicNow } from '../control/clock.js';
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

interface HostedTask {
  readonly number: number;
  /** Whether it cannot be made to give way to others. */
  readonly holds: boolean;
  waiting: boolean;
  readonly listener: TaskListener;
}

const YOUNG_GENERATION_MB = 8;

/** So many short tasks may follow each other on a thread without its asking for the next one. */
const AHEAD = 16;

export class ThreadHost {
  readonly index: number;
  readonly #worker: Worker;
  readonly #name = `${THREAD_NAME_PREFIX}${randomUUID()}`;
  readonly #table: ControlTable;
  readonly #interrupter: InterrupterLease;
  readonly #tasks = new Map<number, HostedTask>();
  /** Tasks that run or could run; those among them that hold the thread until they end or wait. */
  #busy = 0;
  #holding = 0;
  #busySince = 0;
  readonly #engines = new Set<EngineName>();
  readonly #exited: Promise<void>;
  #cause: Error | undefined;
  #gone = false;
  /** What the thread's engines held when it was last heard of. */
  engineCounts: Partial<Record<EngineName, EngineCounts>> = {};

  /**
   * @param cellSize how many scripts may share a cell
   * @param onExit called when the thread is gone, after its tasks were told
   */
  constructor(
    index: number,
    table: ControlTable,
    means: InterruptMeans,
    cellSize: number,
    interrupter: InterrupterLease,
    onExit: (host: ThreadHost) => void,
  ) {
    this.index = index;
    this.#table = table;
    this.#interrupter = interrupter;
    table.threads.reset(index);
    const bell = interrupter.addThread(index, this.#name);
    const setup: WorkerSetup = { thread: index, control: table.buffer, means, bell, cellSize };
    this.#worker = new Worker(new URL('../worker/entry.js', import.meta.url), {
      name: this.#name,
      workerData: setup,
      transferList: [bell],
      // A script has no use for the host's environment, nor has the thread for the host's command line.
      env: {},
      argv: [],
      execArgv: [],
      // The memory of scripts is not in V8's heap. What passes through it lives shortly.
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.#worker.on('message', (messages: ToHost[]) => {
      for (const message of messages) this.#receive(message);
    });
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

  /** How many tasks run or could run. */
  get busy(): number {
    return this.#busy;
  }

  /**
   * When another task may come: now if all its tasks wait. Else after a quantum, when it is known that they take long and have to
   * share; but not before one that cannot share has ended or waits.
   *
   * @param holds whether the other cannot share
   */
  opensAt(holds: boolean): number {
    if (this.#busy === 0) return 0;
    if (this.#holding > 0) return Number.POSITIVE_INFINITY;
    return !holds && this.#busy < AHEAD ? 0 : this.#busySince + this.#table.threads.quantum;
  }

  /** Keeps the thread for a task that is still being loaded. */
  reserve(): void {
    this.#add(true);
  }

  unreserve(): void {
    this.#remove(true);
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
    const holds = order.program.language !== 'lua';
    this.#add(holds);
    this.#tasks.set(order.row, { number: order.number, holds, waiting: false, listener });
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

  #add(holds: boolean): void {
    if (this.#busy === 0) this.#busySince = monotonicNow();
    this.#busy += 1;
    if (holds) this.#holding += 1;
  }

  #remove(holds: boolean): void {
    this.#busy -= 1;
    if (holds) this.#holding -= 1;
  }

  /** Posts something that a script may be blocking its thread for. */
  #tell(message: ToWorker): void {
    this.#post(message);
    this.#table.threads.ring(this.index);
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
    this.#table.threads.notePosted(this.index);
    // The thread may be in a script that nobody wanted to give way until now.
    if (
      this.#table.threads.rowInside(this.index) !== undefined &&
      this.#table.threads.sliceEnd(this.index) < this.#table.slicesDue
    ) {
      this.#interrupter.look('slice');
    }
  }

  #receive(message: ToHost): void {
    const task = this.#tasks.get(message.row);
    if (task === undefined || task.number !== message.number) return;
    switch (message.op) {
      case 'began':
        task.listener.began();
        return;
      case 'waiting':
        if (task.waiting) return;
        task.waiting = true;
        this.#remove(task.holds);
        task.listener.waiting();
        return;
      case 'woken':
        if (!task.waiting) return;
        task.waiting = false;
        this.#add(task.holds);
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
        if (!task.waiting) this.#remove(task.holds);
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
