import type { RungName } from '../control/control-table.js';
import { StopReason } from '../control/task-word.js';
import { messageOf } from '../errors/describe.js';
import { fromEnvelope } from '../errors/envelope.js';
import { StintError } from '../errors/stint-error.js';
import { type Thrown, unpackThrown } from '../errors/thrown.js';
import type { ScriptEnd, TaskReport } from '../worker/messages.js';
import type { ResolvedLimits } from './limits.js';
import type { Outcome, OutcomeKind, Usage } from './outcome.js';

/** What an outcome is made from beside its kind. */
export interface TaskFacts {
  readonly limits: ResolvedLimits;
  /** The timeout that replaced that of the limits while the task ran, in ms. */
  readonly extended: number | undefined;
  readonly cancelReason: unknown;
}

type Ending = Pick<Outcome, 'kind' | 'value' | 'error' | 'rung'>;

export const NO_USAGE: Usage = { queuedMs: 0, runMs: 0, cpuMs: 0, peakMemory: 0, hostCalls: 0, outputBytes: 0 };

/** What a task took, as its thread reported. @param startedAt when it was started, on the process's monotonic clock */
export function usageOf(report: TaskReport, startedAt: number): Usage {
  const begun = report.beganAt > 0;
  return {
    // The clocks of two threads may be microseconds apart.
    queuedMs: Math.max(0, (begun ? report.beganAt : report.endedAt) - startedAt),
    runMs: begun ? report.endedAt - report.beganAt : 0,
    cpuMs: report.cpuMs,
    peakMemory: report.peakMemory,
    hostCalls: report.hostCalls,
    outputBytes: report.outputBytes,
  };
}

/** The ending of a task that its thread reported. */
export function endingOf(report: TaskReport, facts: TaskFacts): Ending {
  if (report.reason !== StopReason.none) return stoppedEnding(report.reason, report.rung, facts);
  switch (report.end.kind) {
    case 'completed':
      return { kind: 'completed', value: resultOf(report.end) };
    case 'failed':
      return { kind: report.end.outOfMemory ? 'out-of-memory' : 'failed', error: fromEnvelope(report.end.error) };
    case 'stopped':
      return lostEnding(new Error('its VM ended without a result'));
  }
}

function resultOf({ value, isError }: Extract<ScriptEnd, { kind: 'completed' }>): unknown {
  return isError === true ? unpackThrown(value as unknown as Thrown) : value;
}

/** The ending of a task that was asked to end. */
export function stoppedEnding(reason: StopReason, rung: RungName | 'kill', facts: TaskFacts): Ending {
  const ending = whyStopped(reason, facts);
  return rung === 'none' ? ending : { ...ending, rung };
}

/**
 * The ending of a task whose thread or process died by itself.
 *
 * @param ran whether a module's function was running. Only that fills a heap: the memory of scripts is elsewhere
 */
export function lostEnding(cause: Error | undefined, ran = false): Ending {
  if (ran && (cause as { code?: unknown } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY') return heapEnding(cause);
  const why = cause === undefined ? 'its thread exited' : cause.message;
  return { kind: 'lost', error: new StintError('TASK_LOST', `the task was lost: ${why}`, { cause }) };
}

function heapEnding(cause: Error | undefined): Ending {
  const message =
    "the task filled the memory that it may have; options.heap is what a thread's heap may hold, options.processMemory a process's";
  return { kind: 'out-of-memory', error: new StintError('OUT_OF_MEMORY', message, { cause }) };
}

/** The ending of a task that never became live because something was wrong with it. */
export function failedEnding(error: StintError): Ending {
  return { kind: 'failed', error };
}

function whyStopped(reason: StopReason, { limits, extended, cancelReason }: TaskFacts): Ending {
  switch (reason) {
    case StopReason.timeout:
      return failure('timed-out', 'TIMEOUT', whyTimedOut(limits, extended));
    case StopReason.closed:
      return failure('cancelled', 'RUNTIME_CLOSED', 'the runtime was closed before the task had ended');
    case StopReason.outputLimit:
      return failure(
        'failed',
        'OUTPUT_LIMIT',
        `the task wrote more than ${limits.output} bytes of output; raise limits.output or write less`,
      );
    case StopReason.hostCallLimit:
      return failure(
        'failed',
        'HOST_CALL_LIMIT',
        `the task made more than ${limits.hostCalls} host calls; raise limits.hostCalls or make fewer`,
      );
    default:
      return { kind: 'cancelled', error: cancelError(cancelReason) };
  }
}

function whyTimedOut({ timeout, turn }: ResolvedLimits, extended: number | undefined): string {
  if ((extended ?? timeout) === Number.POSITIVE_INFINITY) return `the task went on for ${turn} ms without waiting`;
  if (extended === undefined) return `the task did not end within ${timeout} ms`;
  return `the task did not end within the ${extended} ms that it was given while it ran`;
}

/** The error of a task, or of something else, that was cancelled, for the reason that was given. */
export function cancelError(reason: unknown, what = 'the task'): StintError {
  if (reason === undefined) return new StintError('CANCELLED', `${what} was cancelled`);
  const text = typeof reason === 'string' ? reason : messageOf(reason);
  return new StintError('CANCELLED', `${what} was cancelled: ${text}`, { cause: reason });
}

function failure(kind: OutcomeKind, code: StintError['code'], message: string): Ending {
  return { kind, error: new StintError(code, message) };
}
