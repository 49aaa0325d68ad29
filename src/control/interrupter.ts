/**
 * The host's end of the interrupter thread. There is one for each thread that makes runtimes, started
 * before the first of its hosts is given anything to do, and gone with its last runtime.
 *
 * 1. It keeps no process alive.
 * 2. When the process exits it has let go of the main thread's inspector, else Node would print
 *    "Waiting for the debugger to disconnect...".
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { ControlTable } from './control-table.js';
import type { FromInterrupter, InterrupterData, LookReason, ToInterrupter } from './interrupter-messages.js';
import { within } from './within.js';

/** How a runtime's scripts are interrupted: through the inspector, or by polling where there is none. */
export type InterruptMeans = 'inspector' | 'polling';

/** The best means that this process has: the inspector may be missing from the build or denied by the permission model. */
export function availableMeans(): InterruptMeans {
  const { permission, features } = process as unknown as {
    permission?: { has(scope: string): boolean };
    features: { inspector: boolean };
  };
  return features.inspector && (permission === undefined || permission.has('inspector')) ? 'inspector' : 'polling';
}

const EXIT_PATIENCE_MS = 200;
/** How long it may go on reading its files when it is to end, in ms. */
const LOAD_PATIENCE_MS = 1000;
const YOUNG_GENERATION_MB = 3;
const interrupters = new Map<InterruptMeans, Interrupter>();
let bootAfterMs = 0;
let runHere: ((data: InterrupterData) => void) | undefined;
let nextTable = 1;

/** A runtime's right to the interrupter: all its calls are about that runtime's table. */
export class InterrupterLease {
  readonly #interrupter: Interrupter;
  readonly #table: number;
  readonly #watched: ControlTable;

  constructor(interrupter: Interrupter, table: number, watched: ControlTable) {
    this.#interrupter = interrupter;
    this.#table = table;
    this.#watched = watched;
  }

  /** Has the thread started, if it is not. To be called before a task can begin that it may have to end. */
  start(): void {
    this.#interrupter.start();
  }

  /** Announces a thread; returns the end of the bell that the thread is to be given. */
  addThread(thread: number, name: string): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#interrupter.post({ op: 'thread', table: this.#table, thread, name, bell: port1 }, [port1]);
    return port2;
  }

  removeThread(thread: number, name: string): void {
    this.#interrupter.post({ op: 'gone', table: this.#table, thread, name });
  }

  /** Has the table looked at now. */
  look(why: LookReason): void {
    this.#interrupter.post({ op: 'look', table: this.#table, why });
  }

  /** A deadline has been set: has the table looked at if it comes before the next look. */
  expect(deadline: number): void {
    if (deadline < this.#watched.tasksDue) this.look('task');
  }

  /** Takes what the interrupter has told, on a thread that blocks. */
  receive(): void {
    this.#interrupter.receive();
  }

  /** Gives the right back; the promise settles when nothing of it is left. */
  release(): Promise<void> {
    return this.#interrupter.unwatch(this.#table);
  }
}

/**
 * Has interrupters boot so many milliseconds after they could be needed, or when one is told to look: whoever is done by then does without. For a thread
 * whose event loop nothing holds up, and deadlines that are further off.
 */
export function interruptLater(ms: number): void {
  bootAfterMs = ms;
}

/** Has interrupters run on this thread, which never has anything else to do for long, instead of one of their own. */
export function interruptHere(run: (data: InterrupterData) => void): void {
  runHere = run;
}

/**
 * Puts a table under the interrupter's watch.
 *
 * @param onTerminate called when a thread can only be ended
 */
export function watchTable(
  means: InterruptMeans,
  table: ControlTable,
  onTerminate: (thread: number) => void,
): InterrupterLease {
  let interrupter = interrupters.get(means);
  if (interrupter === undefined) {
    interrupter = new Interrupter(means);
    interrupters.set(means, interrupter);
  }
  const id = nextTable;
  nextTable += 1;
  interrupter.watch(id, table, onTerminate);
  return new InterrupterLease(interrupter, id, table);
}

class Interrupter {
  readonly #means: InterruptMeans;
  /** Messages wait in it until the thread takes them. */
  readonly #port: MessagePort;
  readonly #farEnd: MessagePort;
  #worker: Worker | undefined;
  #later: NodeJS.Timeout | undefined;
  #isBooted = false;
  readonly #terminators = new Map<number, (thread: number) => void>();
  readonly #beforeExit = (): void => this.#quit();
  #isLoaded: () => void = () => undefined;
  readonly #loaded = new Promise<void>((resolve) => {
    this.#isLoaded = resolve;
  });

  constructor(means: InterruptMeans) {
    this.#means = means;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#farEnd = port2;
    port1.on('message', (message: FromInterrupter) => this.#take(message));
    // After the listener: adding one makes the port keep the process alive.
    port1.unref();
  }

  start(): void {
    if (bootAfterMs === 0) this.#boot();
    else this.#later ??= setTimeout(() => this.#boot(), bootAfterMs).unref();
  }

  #boot(): void {
    // A thread may come online while the last runtime is being closed.
    if (this.#isBooted || this.#terminators.size === 0) return;
    this.#isBooted = true;
    clearTimeout(this.#later);
    const data: InterrupterData = { inspector: this.#means === 'inspector', port: this.#farEnd };
    if (runHere === undefined) this.#bootThread(data);
    else runHere(data);
  }

  #bootThread(data: InterrupterData): void {
    this.#worker = new Worker(new URL('../control/interrupter-thread.cjs', import.meta.url), {
      name: 'stint interrupter',
      workerData: data,
      transferList: [this.#farEnd],
      execArgv: [],
      env: {},
      // It makes little garbage, and V8 would let tens of megabytes of that gather.
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.#worker.unref();
    process.on('exit', this.#beforeExit);
  }

  watch(id: number, table: ControlTable, onTerminate: (thread: number) => void): void {
    this.#terminators.set(id, onTerminate);
    this.post({ op: 'watch', table: id, buffer: table.buffer });
  }

  async unwatch(id: number): Promise<void> {
    this.post({ op: 'unwatch', table: id });
    this.#terminators.delete(id);
    if (this.#terminators.size > 0) return;
    interrupters.delete(this.#means);
    clearTimeout(this.#later);
    process.off('exit', this.#beforeExit);
    if (this.#worker !== undefined) {
      this.#port.ref();
      await within(this.#loaded, LOAD_PATIENCE_MS);
    }
    this.#port.close();
    await this.#worker?.terminate();
  }

  /** Takes what the interrupter has told, on a thread that blocks. */
  receive(): void {
    for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
      this.#take(next.message as FromInterrupter);
    }
  }

  #take(message: FromInterrupter): void {
    if (message.op === 'loaded') this.#isLoaded();
    else this.#terminators.get(message.table)?.(message.thread);
  }

  post(message: ToInterrupter, transfer: MessagePort[] = []): void {
    if (message.op === 'look') this.#boot();
    this.#port.postMessage(message, transfer);
  }

  /** Blocks, for a moment only, until the interrupter has let go; then this thread can take note of it. */
  #quit(): void {
    const done = new Int32Array(new SharedArrayBuffer(4));
    this.post({ op: 'quit', done });
    Atomics.wait(done, 0, 0, EXIT_PATIENCE_MS);
  }
}
