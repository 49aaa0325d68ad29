import { monotonicNow } from '../control/clock.js';
import type { ControlTable } from '../control/control-table.js';
import { StopReason } from '../control/task-word.js';
import type { Call } from '../engines/engine.js';
import { packThrown } from '../errors/thrown.js';
import type { Job, SentEvent, TaskOrder, TaskReport } from '../worker/messages.js';
import type { TaskListener } from './host.js';
import type { FromChild } from './process-messages.js';

/** A task of the owner's in a child process: what its thread tells of it goes on to the owner, in the owner's terms. */
export class RelayedTask implements TaskListener {
  readonly order: TaskOrder;
  readonly job: Job;
  /** The row that it has in this process, when it has come to the thread. */
  row: number | undefined;
  /** Why it was asked to end before that. */
  stopped: StopReason = StopReason.none;
  readonly #table: ControlTable;
  readonly #send: (message: FromChild) => void;
  readonly #onEnd: (task: RelayedTask) => void;
  readonly #undelivered: (() => void)[] = [];

  /** @param onEnd called when the owner has been told of its end */
  constructor(
    order: TaskOrder,
    job: Job,
    table: ControlTable,
    send: (message: FromChild) => void,
    onEnd: (task: RelayedTask) => void,
  ) {
    this.order = order;
    this.job = job;
    this.#table = table;
    this.#send = send;
    this.#onEnd = onEnd;
  }

  get #name(): { row: number; number: number } {
    return { row: this.order.row, number: this.order.number };
  }

  began(): void {
    this.#send({ op: 'began', ...this.#name });
  }

  /** Only short tasks that wait behind another are taken back, and one process takes none ahead of its time. */
  takenBack(): void {
    this.lost(undefined, false);
  }

  waiting(): void {
    this.#send({ op: 'waiting', ...this.#name });
  }

  woken(): void {
    this.#send({ op: 'woken', ...this.#name });
  }

  output(text: string, stream: 'stdout' | 'stderr'): void {
    this.#send({ op: 'output', ...this.#name, text, stream });
  }

  call(call: Call): void {
    this.#send({ op: 'call', ...this.#name, call });
  }

  events(events: readonly SentEvent[], delivered: () => void): void {
    this.#undelivered.push(delivered);
    this.#send({ op: 'events', ...this.#name, events: [...events], bytes: 0 });
  }

  /** The owner has delivered the events that were sent first. */
  delivered(): void {
    this.#undelivered.shift()?.();
  }

  ended(report: TaskReport): void {
    this.#end({ op: 'ended', ...this.#name, report: { ...report, spoilsThread: false } });
  }

  lost(cause: Error | undefined, waits: boolean): void {
    const { row } = this;
    const reason = row === undefined ? StopReason.none : this.#table.endBroken(row, this.order.number);
    if (row !== undefined && reason !== StopReason.none && this.#table.rung(row) === 'terminate') {
      this.#end({ op: 'ended', ...this.#name, report: brokenReport(reason, 'terminate', this.#table.beganAt(row)) });
      return;
    }
    this.#end({ op: 'lost', ...this.#name, cause: cause && packThrown(cause), waits });
  }

  /** Ends one that never came to the thread. */
  withdraw(): void {
    this.#end({ op: 'ended', ...this.#name, report: brokenReport(this.stopped, 'none', 0) });
  }

  #end(message: FromChild): void {
    this.#onEnd(this);
    this.#send(message);
  }
}

/** The report of a task about which nothing more is known. */
function brokenReport(reason: StopReason, rung: TaskReport['rung'], beganAt: number): TaskReport {
  return {
    end: { kind: 'stopped' },
    reason,
    rung,
    beganAt,
    endedAt: monotonicNow(),
    cpuMs: 0,
    peakMemory: 0,
    outputBytes: 0,
    hostCalls: 0,
    spoilsThread: false,
  };
}
