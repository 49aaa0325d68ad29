/**
 * A child process with a thread of its own, as the carrier of a host.
 *
 * 1. The owner's table shows of each task what the child has told of it, so that whoever looks at the table needs not know where a task runs.
 * 2. The child enforces deadlines and stops itself. If it does not answer, the owner's ladder kills it, with all that its tasks started.
 * 3. One that begins no task and gives no sign of life is killed, too.
 */
import { monotonicNow } from '../control/clock.js';
import type { ControlTable } from '../control/control-table.js';
import type { InterrupterLease } from '../control/interrupter.js';
import type { StopReason } from '../control/task-word.js';
import { StintError } from '../errors/stint-error.js';
import type { Transferable } from '../values/transfer.js';
import type { Job, PipedMessage, TaskOrder, ToHost, ToWorker } from '../worker/messages.js';
import type { Carrier, TaskMessage } from './carrier.js';
import { JobNumbers } from './job-numbers.js';
import type { LaunchedProcess } from './launched-process.js';
import { SignOfLife } from './sign-of-life.js';

/** So much later than the child the owner finds that a deadline has passed, in ms. */
const DEADLINE_MARGIN_MS = 50;

/** So long a child may begin nothing until it is asked for a sign of life, and then give none, in ms. It may be booting on a busy machine. */
const PATIENCE_MS = 10_000;

/** The same of one that has begun tasks before. */
const LATER_PATIENCE_MS = 3000;

export class ChildProcess implements Carrier {
  readonly lastRung = 'kill';
  readonly takesAhead = false;
  readonly #index: number;
  readonly #table: ControlTable;
  readonly #process: LaunchedProcess;
  readonly #interrupter: InterrupterLease;
  readonly #grace: () => number;
  readonly #sign: SignOfLife;
  /** Of the tasks that it has, in ms. */
  readonly #timeouts = new Map<number, number>();
  readonly #jobs = new JobNumbers((message) => this.#give(message));

  /**
   * @param grace milliseconds from the stop of a task to the break, as it is now
   * @param receive takes what the child tells of tasks
   * @param onExit called when the child is gone
   * @param patienceMs see {@link SignOfLife}
   */
  constructor(
    index: number,
    table: ControlTable,
    launched: LaunchedProcess,
    interrupter: InterrupterLease,
    grace: () => number,
    receive: (message: TaskMessage) => void,
    onExit: () => void,
    patienceMs = PATIENCE_MS,
  ) {
    this.#index = index;
    this.#table = table;
    this.#process = launched;
    this.#interrupter = interrupter;
    interrupter.start();
    this.#grace = grace;
    table.threads.reset(index);
    this.#sign = new SignOfLife(
      () => launched.send({ op: 'ask' }),
      () => {
        launched.cause ??= new Error(
          `its process gave no sign of life for ${this.#sign.patienceMs} ms, and was killed`,
        );
        void launched.kill();
      },
      patienceMs,
    );
    launched.listen(
      (message) => {
        const ofTask = this.#note(message);
        if (ofTask !== undefined) receive(ofTask);
      },
      () => {
        this.#sign.stop();
        onExit();
      },
      () => this.#sign.heard(),
    );
  }

  get isGone(): boolean {
    return this.#process.isGone;
  }

  get cause(): Error | undefined {
    return this.#process.cause;
  }

  keepAlive(keep: boolean): void {
    this.#process.keepAlive(keep);
  }

  compiles(): boolean {
    return true;
  }

  addEngine(): void {
    return;
  }

  start(order: TaskOrder, job: Job, transfer: readonly Transferable[]): void {
    const port = transfer.find((one) => !(one instanceof ArrayBuffer));
    if (port !== undefined) {
      throw new StintError('VALUE_NOT_TRANSFERABLE', 'only buffers can be handed over to another process, as copies');
    }
    this.#give({ op: 'start', order: { ...order, announce: true }, job: this.#jobs.short(job) });
    this.#timeouts.set(order.row, order.timeout);
    this.#sign.expect(order.row);
  }

  stop(row: number, number: number, reason: StopReason): void {
    this.#process.send({ op: 'stop', row, number, reason, grace: this.#grace() });
    this.#interrupter.look('task');
  }

  extend(row: number, number: number, ms: number): void {
    this.#process.send({ op: 'extend', row, number, ms });
    const deadline = monotonicNow() + ms + DEADLINE_MARGIN_MS;
    this.#table.setDeadline(row, number, deadline);
    this.#interrupter.expect(deadline);
  }

  tell(message: ToWorker): void {
    if (message.op === 'answer' || message.op === 'delivered') this.#process.send(message);
  }

  /** Nothing of a child is heard of without the event loop: see {@link Runtime.runSync}. */
  receive(): boolean {
    return false;
  }

  block(): void {
    return;
  }

  leave(): void {
    return;
  }

  terminate(): Promise<void> {
    return this.#process.kill();
  }

  /** Sends something by the pipe, and has a worker that is busy interrupted for it. */
  #give(message: PipedMessage['message']): void {
    const announced = this.#timeouts.size > 0;
    this.#process.give({ message, announced });
    if (announced) this.#process.send({ op: 'announce' });
  }

  /** Writes into the table what a message says, and returns it if it is about a task. */
  #note(message: ToHost): TaskMessage | undefined {
    this.#sign.heard();
    switch (message.op) {
      case 'here':
        return undefined;
      case 'counts': {
        const { live, spare, instances, tableSize } = message.counts;
        this.#table.threads.setCounts(this.#index, message.engine, [live, spare, instances, tableSize]);
        return undefined;
      }
      case 'began': {
        this.#sign.settle(message.row);
        this.#sign.patienceMs = Math.min(this.#sign.patienceMs, LATER_PATIENCE_MS);
        const timeout = this.#timeouts.get(message.row) ?? Number.POSITIVE_INFINITY;
        this.#table.begin(message.row, message.number, timeout + DEADLINE_MARGIN_MS);
        this.#interrupter.expect(this.#table.deadline(message.row));
        return message;
      }
      case 'waiting':
        this.#table.wait(message.row, message.number);
        return message;
      case 'woken':
        this.#table.wake(message.row, message.number);
        return message;
      case 'loaded':
        return undefined;
      case 'ended':
        this.#timeouts.delete(message.row);
        this.#sign.settle(message.row);
        // What a worker spoils goes with the process, which has no other tasks then.
        return message;
      default:
        return message;
    }
  }
}
