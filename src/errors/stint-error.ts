import { types } from 'node:util';
import { type ErrorCode, isRetryable } from './codes.js';

/** The languages an engine knows. */
export type ScriptLanguage = 'lua' | 'javascript' | 'typescript';

/** What a {@link StintError} knows beyond its code and message. */
export interface StintErrorDetails {
  /** The error this one was made from. */
  cause?: unknown;
  /** For an error of a script: its language. */
  language?: ScriptLanguage;
  /** For an error of a script: the line of its source, from 1. */
  line?: number;
  /** For an error of a script: the calls that led to it, in the script's own names and lines. */
  traceback?: string;
  /** For an error of a script: the name of the error's class there, `TypeError` say. */
  scriptErrorName?: string;
}

/** The names that the platform gives to two of the kinds, so that code for `AbortSignal` works unchanged. */
const PLATFORM_NAMES: Partial<Record<ErrorCode, string>> = {
  TIMEOUT: 'TimeoutError',
  CANCELLED: 'AbortError',
};

/** What the errors of every copy of stint in a thread have in common. */
const BRAND = Symbol.for('stint.error');

/**
 * The one error class of stint. `code` says what happened; `name` is `TimeoutError` and `AbortError`
 * for TIMEOUT and CANCELLED as with `AbortSignal`, else `StintError`.
 */
export class StintError extends Error {
  static {
    Object.defineProperty(StintError.prototype, BRAND, { value: true });
  }

  override readonly name: string;
  /** What went wrong. */
  readonly code: ErrorCode;
  /** For an error of a script: its language. */
  readonly language?: ScriptLanguage;
  /** For an error of a script: the line of its source, from 1. */
  readonly line?: number;
  /** For an error of a script: the calls that led to it, in the script's own names and lines. */
  readonly traceback?: string;
  /** For an error of a script: the name of the error's class there, `TypeError` say. */
  readonly scriptErrorName?: string;

  constructor(code: ErrorCode, message: string, details: StintErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.name = PLATFORM_NAMES[code] ?? 'StintError';
    this.code = code;
    if (details.language !== undefined) this.language = details.language;
    if (details.line !== undefined) this.line = details.line;
    if (details.traceback !== undefined) this.traceback = details.traceback;
    if (details.scriptErrorName !== undefined) this.scriptErrorName = details.scriptErrorName;
    Object.defineProperty(this, 'code', { writable: false, configurable: false });
    // Own but not enumerable, as `message` is: a printed error starts with its name already.
    Object.defineProperty(this, 'name', { enumerable: false });
  }

  /** Whether the same task may be started again: it failed through no fault of its own. */
  get retryable(): boolean {
    return isRetryable(this.code);
  }
}

/** Whether `error` is a {@link StintError}, with this code if one is given. */
export function isStintError(error: unknown, code?: ErrorCode): error is StintError {
  // A look at a proxy may throw.
  if (typeof error !== 'object' || error === null || types.isProxy(error) || !(BRAND in error)) return false;
  return code === undefined || (error as Partial<StintError>).code === code;
}
