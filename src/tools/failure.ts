import type { ErrorCode } from '../errors/codes.js';
import { messageOf } from '../errors/describe.js';
import { isStintError, StintError } from '../errors/stint-error.js';

/** The codes that keep their meaning for the caller of a tool; everything else that a handler throws is a failure of the tool. */
const KEPT: ReadonlySet<ErrorCode> = new Set([
  'PERMISSION_DENIED',
  'TOOL_NOT_FOUND',
  'TOOL_INPUT',
  'TOOL_FAILED',
  'TIMEOUT',
  'CANCELLED',
  'OUT_OF_MEMORY',
  'OUTPUT_LIMIT',
  'QUEUE_FULL',
  'RUNTIME_CLOSED',
  'DEPENDENCY_MISSING',
]);

/** What the caller gets for what a handler has thrown. */
export function failed(tool: string, thrown: unknown): StintError {
  if (isStintError(thrown) && KEPT.has(thrown.code)) return thrown;
  return new StintError('TOOL_FAILED', `the tool '${tool}' failed: ${messageOf(thrown)}`, { cause: thrown });
}

/** The error for an input that a tool does not take. `problem` begins with where in the input it is. */
export function inputError(tool: string, problem: string): StintError {
  return new StintError('TOOL_INPUT', `the tool '${tool}' does not take this input: ${problem}`);
}
