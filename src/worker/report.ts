import { monotonicNow } from '../control/clock.js';
import type { ControlTable, RungName } from '../control/control-table.js';
import { StopReason } from '../control/task-word.js';
import { messageOf } from '../errors/describe.js';
import { toEnvelope } from '../errors/envelope.js';
import { whyNotTransferable } from '../values/copy-value.js';
import { isPrimitive } from '../values/value.js';
import type { Fiber } from './fiber.js';
import type { ScriptEnd, TaskReport, ToHost } from './messages.js';
import type { WorkerLink } from './worker-link.js';

/** What the host is told of a task that has ended. Its VM is still known, its row still its own. */
export function reportOf(
  fiber: Fiber,
  end: ScriptEnd,
  reason: StopReason,
  table: ControlTable,
  holdsTooMuch: boolean,
): TaskReport {
  return {
    end,
    reason,
    rung: rungOf(fiber, reason, table),
    beganAt: fiber.begun ? table.beganAt(fiber.order.row) : 0,
    endedAt: monotonicNow(),
    cpuMs: fiber.cpuMs,
    peakMemory: fiber.vm?.peakMemory ?? 0,
    outputBytes: fiber.output.bytes,
    hostCalls: fiber.calls.count,
    spoilsThread: fiber.spoilsThread,
    holdsTooMuch,
  };
}

/** A fault of the engine itself: the task fails, the thread goes on. */
export function internalFailure(error: unknown): ScriptEnd {
  const message = `the engine failed: ${messageOf(error)}`;
  return { kind: 'failed', outOfMemory: false, error: { code: 'SCRIPT_ERROR', message } };
}

/** Tells the host how a task ended, and hands over what goes with its result. A result that cannot cross is its failure. */
export function sendEnd(link: WorkerLink, message: Extract<ToHost, { op: 'ended' }>): void {
  const { report } = message;
  const { end } = report;
  if (end.kind !== 'completed' || end.transfer === undefined || isPrimitive(end.value)) {
    link.send(message);
    return;
  }
  const { value, transfer } = end;
  try {
    link.sendCloned({ ...message, report: { ...report, end: { kind: 'completed', value } } }, transfer);
  } catch (error) {
    const failure = toEnvelope(whyNotTransferable(value, 'result', error));
    link.send({ ...message, report: { ...report, end: { kind: 'failed', outOfMemory: false, error: failure } } });
  }
}

/** A script that polls may have ended before the interrupter noted that it was stopped. */
function rungOf(fiber: Fiber, reason: StopReason, table: ControlTable): RungName {
  const rung = fiber.begun ? table.rung(fiber.order.row) : 'none';
  return fiber.begun && rung === 'none' && reason !== StopReason.none ? 'stop' : rung;
}
