/**
 * Every code a {@link StintError} can carry. The texts are frozen: programs compare with them, so a
 * code is added, never renamed (a pin test holds the list).
 */
export const ERROR_CODES = [
  'SCRIPT_ERROR',
  'SCRIPT_SYNTAX',
  'TIMEOUT',
  'CANCELLED',
  'OUT_OF_MEMORY',
  'OUTPUT_LIMIT',
  'HOST_CALL_LIMIT',
  'QUEUE_FULL',
  'RUNTIME_CLOSED',
  'TASK_LOST',
  'NEIGHBOUR_BROKEN',
  'PERMISSION_DENIED',
  'TOOL_NOT_FOUND',
  'TOOL_INPUT',
  'TOOL_FAILED',
  'VALUE_NOT_TRANSFERABLE',
  'INVALID_ARGUMENT',
  'UNAUTHORIZED',
  'PROTOCOL',
  'DEPENDENCY_MISSING',
  'NESTED_SYNC',
] as const;

/** What went wrong, as a word that programs can compare with. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** The codes after which the same task may be started again without a change to it. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set(['QUEUE_FULL', 'TASK_LOST', 'NEIGHBOUR_BROKEN']);

/** Whether a task that ended with `code` failed through no fault of its own, so that a retry makes sense. */
export function isRetryable(code: ErrorCode): boolean {
  return RETRYABLE.has(code);
}

/** The codes that a call out of a script can fail with: an error that a script does not catch keeps them. */
const CALL_CODES: ReadonlySet<string> = new Set<ErrorCode>([
  'PERMISSION_DENIED',
  'VALUE_NOT_TRANSFERABLE',
  'INVALID_ARGUMENT',
  'TOOL_NOT_FOUND',
  'TOOL_INPUT',
  'TOOL_FAILED',
]);

/** The code for an error that a script did not catch, by the `code` that the error itself has. */
export function uncaughtCode(code: string | undefined): ErrorCode {
  return code !== undefined && CALL_CODES.has(code) ? (code as ErrorCode) : 'SCRIPT_ERROR';
}
