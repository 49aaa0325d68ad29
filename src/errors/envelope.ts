import type { ErrorCode } from './codes.js';
import { messageOf } from './describe.js';
import { type ScriptLanguage, StintError } from './stint-error.js';
import { type Thrown, unpackThrown } from './thrown.js';

/**
 * An error as plain data, for the way between threads and over wires: a structured clone of an `Error`
 * loses its class, its `code` and its own properties.
 */
export interface ErrorEnvelope {
  code: ErrorCode;
  message: string;
  language?: ScriptLanguage;
  line?: number;
  traceback?: string;
  scriptErrorName?: string;
  cause?: string;
  /** What a module task threw: becomes the cause. */
  original?: Thrown;
}

/** Packs an error for the way to another thread. */
export function toEnvelope(error: StintError): ErrorEnvelope {
  const envelope: ErrorEnvelope = { code: error.code, message: error.message };
  if (error.language !== undefined) envelope.language = error.language;
  if (error.line !== undefined) envelope.line = error.line;
  if (error.traceback !== undefined) envelope.traceback = error.traceback;
  if (error.scriptErrorName !== undefined) envelope.scriptErrorName = error.scriptErrorName;
  if (error.cause !== undefined) envelope.cause = messageOf(error.cause);
  return envelope;
}

/** Unpacks an error that came from another thread. */
export function fromEnvelope(envelope: ErrorEnvelope): StintError {
  const { code, message, cause, original, ...details } = envelope;
  if (original !== undefined) return new StintError(code, message, { ...details, cause: unpackThrown(original) });
  return new StintError(code, message, cause === undefined ? details : { ...details, cause: new Error(cause) });
}
