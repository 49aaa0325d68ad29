/**
 * What a worker thread tells its host of tasks that it is done with, and of what its engines hold.
 *
 * The host hears what the engines hold not later than of the end of the task that changed it.
 */
import { monotonicNow } from '../control/clock.js';
import type { ControlTable, RungName } from '../control/control-table.js';
import { StopReason } from '../control/task-word.js';
import { messageOf } from '../errors/describe.js';
import { toEnvelope } from '../errors/envelope.js';
import { isStintError } from '../errors/stint-error.js';
import { isPrimitive } from '../values/value.js';
import { whyNotTransferable } from '../values/why-not-transferable.js';
import type { Fiber } from './fiber.js';
import { MemoryWatch } from './memory-watch.js';
import type { ScriptEnd, TaskReport, ToHost, WorkerSetup } from './messages.js';
import type { ThreadEngines } from './thread-engines.js';
import type { WorkerLink } from './worker-link.js';

/** What V8 says when the system gives it no memory for a buffer. */
const NO_MEMORY = /allocation failed|could not allocate/i;

export class Reporter {
  readonly #thread: number;
  /** Whether the thread is a child process's. */
  readonly #isChild: boolean;
  readonly #table: ControlTable;
  readonly #link: WorkerLink;
  readonly #engines: ThreadEngines;
  readonly #memory: MemoryWatch;

  constructor(
    { thread, pipes, recycleMemory }: WorkerSetup,
    table: ControlTable,
    link: WorkerLink,
    engines: ThreadEngines,
  ) {
    this.#thread = thread;
    this.#isChild = pipes !== undefined;
    this.#table = table;
    this.#link = link;
    this.#engines = engines;
    this.#memory = new MemoryWatch(recycleMemory, this.#isChild);
  }

  /** Ends a fiber, and tells how its task ended. Its row is still its own. */
  ended(fiber: Fiber, end: ScriptEnd, reason: StopReason): void {
    const { row, number } = fiber.order;
    // The bound is the process's: who comes next would get no memory either.
    if (this.#isChild && end.kind === 'failed' && NO_MEMORY.test(end.error.message)) fiber.spoilsThread = true;
    const report = this.#report(fiber, end, reason);
    // What it wrote comes before its end.
    fiber.end();
    this.tellCounts();
    this.#send({ op: 'ended', row, number, report });
  }

  /** Ends a fiber whose task was taken back. Its VM may have been counted by another one's end. */
  dropped(fiber: Fiber): void {
    const { row, number } = fiber.order;
    fiber.end();
    this.tellCounts();
    this.#link.send({ op: 'dropped', row, number });
  }

  /** What was being loaded is. */
  loaded(): void {
    if (!this.#isChild) this.#link.send({ op: 'loaded' });
  }

  /** Says what the engines hold now, if that is new. */
  tellCounts(): void {
    this.#engines.count((engine, counts) => {
      const { live, spare, instances, tableSize } = counts;
      const isNew = this.#table.threads.setCounts(this.#thread, engine, [live, spare, instances, tableSize]);
      if (isNew && this.#isChild) this.#link.hold({ op: 'counts', engine, counts });
    });
  }

  #report(fiber: Fiber, end: ScriptEnd, reason: StopReason): TaskReport {
    return {
      end,
      reason,
      rung: rungOf(fiber, reason, this.#table),
      beganAt: fiber.begun ? this.#table.beganAt(fiber.order.row) : 0,
      endedAt: monotonicNow(),
      cpuMs: fiber.cpuMs,
      peakMemory: fiber.vm?.peakMemory ?? 0,
      outputBytes: fiber.output.bytes,
      hostCalls: fiber.calls.count,
      spoilsThread: fiber.spoilsThread,
      holdsTooMuch: this.#engines.keepsTooMuch || this.#memory.isTooMuch(),
    };
  }

  /** Hands over what goes with a result. A result that cannot cross is its task's failure. */
  #send(message: Extract<ToHost, { op: 'ended' }>): void {
    const { report } = message;
    const { end } = report;
    if (end.kind !== 'completed' || end.transfer === undefined || isPrimitive(end.value)) {
      this.#link.send(message);
      return;
    }
    const { value, transfer } = end;
    try {
      this.#link.sendCloned({ ...message, report: { ...report, end: { kind: 'completed', value } } }, transfer);
    } catch (error) {
      const failure = toEnvelope(whyNotTransferable(value, 'result', error));
      this.#link.send({
        ...message,
        report: { ...report, end: { kind: 'failed', outOfMemory: false, error: failure } },
      });
    }
  }
}

/** An engine that is not there. */
export function loadFailure(error: unknown): ScriptEnd {
  return isStintError(error)
    ? { kind: 'failed', outOfMemory: false, error: toEnvelope(error) }
    : internalFailure(error);
}

/** A fault of the engine itself: the task fails, the thread goes on. */
export function internalFailure(error: unknown): ScriptEnd {
  const message = `the engine failed: ${messageOf(error)}`;
  return { kind: 'failed', outOfMemory: false, error: { code: 'SCRIPT_ERROR', message } };
}

/** A script that polls may have ended before the interrupter noted that it was stopped. */
function rungOf(fiber: Fiber, reason: StopReason, table: ControlTable): RungName {
  const rung = fiber.begun ? table.rung(fiber.order.row) : 'none';
  return fiber.begun && rung === 'none' && reason !== StopReason.none ? 'stop' : rung;
}
