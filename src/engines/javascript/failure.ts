import { uncaughtCode } from '../../errors/codes.js';
import type { ErrorEnvelope } from '../../errors/envelope.js';
import type { Program, Step } from '../engine.js';
import type { Thrown } from './guest.js';
import { type Frame, framesOf, tracebackOf } from './traceback.js';

/** A message longer than this is cut: it travels to every listener. In UTF-16 code units. */
const MAX_MESSAGE = 8192;

export type Failed = Extract<Step, { kind: 'failed' }>;
type Script = Pick<Program, 'language' | 'name' | 'memory'>;

/** How frames of what ran become frames of what the author wrote. */
export type MapFrame = (frame: Frame) => Frame | undefined;

/** In place of what was thrown, where that says nothing. */
export const UNREADABLE: Thrown = {
  name: undefined,
  message: 'the script threw something that could not be read',
  stack: undefined,
  cause: undefined,
};

/** The failure for something that the script threw and nobody caught. */
export function thrownFailure(
  thrown: Thrown,
  script: Script,
  code: 'SCRIPT_ERROR' | 'SCRIPT_SYNTAX',
  map?: MapFrame,
): Failed {
  if (isOutOfMemory(thrown)) return outOfMemory(script);
  const error: ErrorEnvelope = {
    code: code === 'SCRIPT_ERROR' ? uncaughtCode(thrown.code) : code,
    // `new Error()` says no more than what it is.
    message: shorten(thrown.message === '' && thrown.name !== undefined ? thrown.name : thrown.message),
    language: script.language,
  };
  if (thrown.name !== undefined) error.scriptErrorName = thrown.name;
  if (thrown.cause !== undefined) error.cause = shorten(thrown.cause);
  const frames = framesOf(thrown.stack ?? '', script.name).flatMap((frame) => (map ? (map(frame) ?? []) : frame));
  const [first] = frames;
  if (first !== undefined) {
    error.line = first.line;
    error.traceback = tracebackOf(frames, script.name);
  }
  return { kind: 'failed', error, outOfMemory: false };
}

/** The failure for a source that cannot be read or compiled. */
export function syntaxFailure(message: string, line: number | undefined, script: Script): Failed {
  const error: ErrorEnvelope = { code: 'SCRIPT_SYNTAX', message: shorten(message), language: script.language };
  error.scriptErrorName = 'SyntaxError';
  if (line !== undefined) {
    error.line = line;
    error.traceback = `at ${script.name}:${line}`;
  }
  return { kind: 'failed', error, outOfMemory: false };
}

/** The failure for a script that asked for more than it may have. */
export function outOfMemory(script: Script): Failed {
  const message = `the script used more than its limit of ${script.memory} bytes of memory; raise limits.memory or hold less at a time`;
  return { kind: 'failed', error: { code: 'OUT_OF_MEMORY', message, language: script.language }, outOfMemory: true };
}

/** The failure for any other reason. */
export function failure(error: ErrorEnvelope, script: Script): Failed {
  return { kind: 'failed', error: { ...error, language: script.language }, outOfMemory: false };
}

function isOutOfMemory(thrown: Thrown): boolean {
  return thrown.name === 'InternalError' && thrown.message === 'out of memory';
}

function shorten(text: string): string {
  return text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE - 1)}…` : text;
}

/** Whether the error of `a` is behind that of `b` in the source. */
export function isFurther(a: Failed, b: Failed): boolean {
  const [, lineA = 0, columnA = 0] = /:(\d+):(\d+)$/.exec(a.error.traceback ?? '')?.map(Number) ?? [];
  const [, lineB = 0, columnB = 0] = /:(\d+):(\d+)$/.exec(b.error.traceback ?? '')?.map(Number) ?? [];
  return lineA > lineB || (lineA === lineB && columnA > columnB);
}
