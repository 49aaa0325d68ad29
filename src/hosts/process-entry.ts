/**
 * The main thread of a child process: it supervises a worker thread, which has the tasks, interrupts it, and hears from the owner what concerns a thread that may be busy.
 *
 * 1. The process dies with its owner, when the channel between them closes, and with its worker thread; and all that tasks started with it.
 */
import { ControlTable } from '../control/control-table.js';
import { availableMeans, interruptHere, watchTable } from '../control/interrupter.js';
import { runInterrupter } from '../control/run-interrupter.js';
import { State, type StopReason, stateOf } from '../control/task-word.js';
import { compileEngineOnce } from '../engines/load-engine.js';
import { packThrown } from '../errors/thrown.js';
import { MARK } from '../ledger/kinds/process.js';
import { type ChildSettings, type FromChild, PIPES, type ToChild } from './process-messages.js';
import { WorkerThread } from './worker-thread.js';

const THREAD = 0;
const AT_WORK: ReadonlySet<State> = new Set([State.running, State.stopping, State.breaking]);

class Supervisor {
  readonly #table: ControlTable;
  readonly #thread: WorkerThread;

  constructor({ rows, grace, quantum, ...others }: ChildSettings) {
    const means = availableMeans();
    this.#table = ControlTable.create(rows, 1, grace, quantum);
    const interrupter = watchTable(means, this.#table, () => dieWith(undefined));
    this.#thread = new WorkerThread(
      THREAD,
      this.#table,
      // By this the guardian knows what tasks start.
      { ...others, means, depth: 1, pipes: PIPES, environment: markOf(process.env) },
      interrupter,
      () => undefined,
      () => dieWith(this.#thread.cause),
    );
    this.#thread.keepAlive(true);
  }

  /** Compiles the engines and hands them over: tasks that come earlier wait for them. */
  async prepare(): Promise<void> {
    for (const engine of await Promise.all([compileEngineOnce('lua'), compileEngineOnce('javascript')])) {
      this.#thread.addEngine(engine);
    }
  }

  receive(message: Exclude<ToChild, { op: 'setup' }>): void {
    switch (message.op) {
      case 'ask':
        if (this.#isAtWork()) tell({ op: 'here' });
        else this.#thread.tell(message);
        return;
      case 'announce':
        this.#thread.announce();
        return;
      case 'extend':
        this.#thread.extend(message.row, message.number, message.ms);
        return;
      case 'stop':
        this.#table.grace = message.grace;
        this.#stop(message.row, message.number, message.reason);
        return;
      default:
        this.#thread.tell(message);
    }
  }

  /** Whether a task holds the worker thread, or something is being loaded there: nothing can be answered then. */
  #isAtWork(): boolean {
    const { threads, usedRows } = this.#table;
    const isRunning = (row: number): boolean => AT_WORK.has(stateOf(this.#table.word(row)));
    return threads.isLoading(THREAD) || Array.from({ length: usedRows }, (_, row) => row).some(isRunning);
  }

  /** The task comes by another way, and may still be on it. */
  #stop(row: number, number: number, reason: StopReason): void {
    this.#table.forestall(row, number, reason);
    if (this.#table.requestStop(row, number, reason)) this.#thread.stop();
  }
}

function markOf({ [MARK]: mark }: NodeJS.ProcessEnv): Record<string, string> {
  return mark === undefined ? {} : { [MARK]: mark };
}

/** Ends the process, with all that its tasks have started, when the owner has been told why. */
function dieWith(cause: Error | undefined): void {
  tell({ op: 'dying', cause: cause && packThrown(cause) }, die);
}

function die(): void {
  process.kill(-process.pid, 'SIGKILL');
}

function tell(message: FromChild, then = (): void => undefined): void {
  if (process.connected) process.send?.(message, undefined, undefined, then);
  else then();
}

interruptHere(runInterrupter);
let supervisor: Supervisor | undefined;
process.on('disconnect', die);
process.on('message', (message: ToChild) => {
  if (message.op !== 'setup') {
    supervisor?.receive(message);
    return;
  }
  supervisor = new Supervisor(message.settings);
  supervisor.prepare().then(() => tell({ op: 'ready' }), dieWith);
});
