/** One worker thread: how it is set up, how messages go to it, and when it is gone. */
import { randomBytes } from 'node:crypto';
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import { monotonicNow } from '../control/clock.js';
import type { ControlTable } from '../control/control-table.js';
import type { InterrupterLease, InterruptMeans } from '../control/interrupter.js';
import { Ring } from '../control/ring.js';
import { within } from '../control/within.js';
import type { EngineName, ScriptEngineName } from '../engines/engine-name.js';
import type { EngineOrder } from '../engines/load-engine.js';
import { GIVEN_BYTES } from '../engines/random.js';
import type { Transferable } from '../values/transfer.js';
import { isPrimitive } from '../values/value.js';
import { Link } from '../worker/link.js';
import type { Job, PipeSetup, TaskOrder, ToHost, ToWorker, WorkerSetup } from '../worker/messages.js';
import { TO_HOST, TO_WORKER } from '../worker/short-forms.js';
import { type BootSettings, bootThread } from './boot-thread.js';
import type { Carrier, TaskMessage } from './carrier.js';
import { JobNumbers } from './job-numbers.js';
import type { Recycling } from './recycling.js';

/** What a thread is set up with. */
export interface WorkerSettings extends BootSettings {
  readonly means: InterruptMeans;
  /** How many scripts may share a cell. */
  readonly cellSize: number;
  /** How many synchronous calls its tasks are nested in. */
  readonly depth: number;
  readonly recycle: Pick<Recycling, 'memory'>;
  /** In a child process: the pipes between the thread and the owner. */
  readonly pipes?: PipeSetup;
}

/** How long one that is to end may go on reading files, in ms. */
const LOAD_PATIENCE_MS = 1000;

/** How long a thread that was ended may live before it is ended again, in ms; twice as long each time. */
const FIRST_WAIT_MS = 20;

export class WorkerThread implements Carrier {
  readonly lastRung = 'terminate';
  readonly takesAhead = true;
  readonly #link: Link<ToWorker, ToHost>;
  readonly #index: number;
  readonly #table: ControlTable;
  readonly #interrupter: InterrupterLease;
  readonly #worker: Worker;
  readonly #engines = new Set<EngineName>();
  readonly #early: ScriptEngineName | undefined;
  readonly #jobs = new JobNumbers((message) => this.#post(message));
  readonly #exited: Promise<void>;
  #onLoaded: () => void = () => undefined;
  #setup: [WorkerSetup, MessagePort[]] | undefined;
  /** What it died of, if that is known. */
  cause: Error | undefined;
  isGone = false;

  /**
   * @param receive takes what the thread sends
   * @param onExit called when the thread is gone, after what it sent was taken
   */
  constructor(
    index: number,
    table: ControlTable,
    settings: WorkerSettings,
    interrupter: InterrupterLease,
    receive: (message: TaskMessage) => void,
    onExit: () => void,
  ) {
    this.#index = index;
    this.#table = table;
    this.#interrupter = interrupter;
    table.threads.reset(index);
    const { name, worker, online, engine } = bootThread(settings);
    this.#worker = worker;
    this.#early = engine;
    const bell = interrupter.addThread(index, name);
    const rings = new SharedArrayBuffer(2 * Ring.BYTES);
    const { port1, port2 } = new MessageChannel();
    const { means, cellSize, depth, recycle, pipes } = settings;
    const setup: WorkerSetup = {
      thread: index,
      control: table.buffer,
      bell,
      port: port2,
      rings,
      means,
      cellSize,
      random: randomBytes(GIVEN_BYTES),
      depth,
      recycleMemory: recycle.memory,
      ...(pipes && { pipes }),
    };
    this.#setup = [setup, [bell, port2]];
    online
      .then(() => this.#setUp())
      .catch((error: Error) => {
        this.cause = error;
        void worker.terminate();
      });
    this.#link = new Link(
      { port: port1, outgoing: new Ring(rings), incoming: new Ring(rings, Ring.BYTES) },
      { shorten: TO_WORKER.shorten, lengthen: TO_HOST.lengthen },
      (message) => {
        if (message.op === 'loaded') this.#onLoaded();
        // What its engines hold is on the board.
        else if (message.op !== 'counts' && message.op !== 'here') receive(message);
      },
      () => this.#link.takeAllAndLeave(),
    );
    port1.unref();
    // Each call of `terminate` adds one of Node's own: see #insist.
    worker.setMaxListeners(0);
    this.#worker.on('error', (error: Error) => {
      this.cause = error;
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.isGone = true;
        // What it told before it died still counts.
        this.#link.takeAll();
        port1.close();
        interrupter.removeThread(index, name);
        onExit();
        resolve();
      });
    });
  }

  keepAlive(keep: boolean): void {
    if (keep) this.#worker.ref();
    else this.#worker.unref();
  }

  compiles(name: EngineName): boolean {
    return name === this.#early;
  }

  addEngine(engine: EngineOrder): void {
    if (this.#engines.has(engine.name)) return;
    this.#engines.add(engine.name);
    this.#table.threads.beginLoading(this.#index);
    this.#post({ op: 'engine', engine });
  }

  start(order: TaskOrder, job: Job, transfer: readonly Transferable[]): void {
    // Its caller may go on to wait for it in a way that no event gets through.
    if (job.program.language === 'module') this.#setUp();
    const { args } = order;
    const message: ToWorker = { op: 'start', order, job: this.#jobs.short(job) };
    // The rings hold primitive values, and bytes.
    if (args instanceof Uint8Array || args.every(isPrimitive)) this.#link.send(message);
    else this.#link.sendCloned(message, transfer);
    this.#notePosted();
  }

  /** It sees in the table which task was asked to end. */
  stop(): void {
    this.#interrupter.look('task');
  }

  extend(row: number, number: number, ms: number): void {
    const deadline = monotonicNow() + ms;
    this.#table.setDeadline(row, number, deadline);
    this.#interrupter.expect(deadline);
  }

  tell(message: ToWorker): void {
    this.#post(message);
    this.#table.threads.ring(this.#index);
  }

  /** Something comes to the thread by another way. */
  announce(): void {
    this.#notePosted();
  }

  receive(): boolean {
    this.#setUp();
    return this.#link.takeAll();
  }

  block(ms: number): void {
    if (!this.#link.spin()) this.#link.block(ms);
  }

  leave(): void {
    this.#link.takeAllAndLeave();
  }

  async terminate(atOnce: boolean): Promise<void> {
    if (!atOnce && this.#table.threads.isLoading(this.#index)) {
      this.#worker.ref();
      const loaded = new Promise<void>((resolve) => {
        this.#onLoaded = resolve;
      });
      await within(Promise.race([loaded, this.#exited]), LOAD_PATIENCE_MS);
    }
    this.#insist(FIRST_WAIT_MS);
    await this.#exited;
  }

  /** Ends the thread, and again as long as it lives: V8's inspector takes a termination back that comes in the middle of an interrupt. */
  #insist(ms: number): void {
    if (this.isGone) return;
    void this.#worker.terminate();
    setTimeout(() => this.#insist(2 * ms), ms).unref();
  }

  /**
   * Lets the thread begin, once it has booted, the calling thread blocks, or a module's function is to run. The interrupter boots after it: side by side both would take longer, and nothing
   * has to be interrupted before.
   */
  #setUp(): void {
    if (this.#setup === undefined) return;
    this.#worker.postMessage(...this.#setup);
    this.#setup = undefined;
    this.#interrupter.start();
  }

  #post(message: ToWorker): void {
    this.#link.send(message);
    this.#notePosted();
  }

  #notePosted(): void {
    const { threads } = this.#table;
    threads.notePosted(this.#index);
    // The thread may be in a script that nobody wanted to give way until now. A look that is over by now may not have seen that somebody does.
    if (threads.rowInside(this.#index) === undefined) return;
    if (threads.sliceEnd(this.#index) < this.#table.slicesDue) this.#interrupter.look('slice');
  }
}
