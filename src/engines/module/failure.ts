import { uncaughtCode } from '../../errors/codes.js';
import type { ErrorEnvelope } from '../../errors/envelope.js';
import { isStintError } from '../../errors/stint-error.js';
import { packThrown } from '../../errors/thrown.js';

/** `file:///a/b.js:3:7` at the end of a frame. */
const PLACE = /:(\d+):\d+\)?$/;

/** Frames that are not of the module: Node's, and those of a thread of stint. */
const FOREIGN_FRAME = /\bnode:|\/worker\/entry\.cjs:/;

/** Where the frames of stint itself begin in a trace of a task: in module-vm.js, or the bundle that it is in. */
const OWN_FRAME = '/engines/module/module-';

/** What Node says of who wanted a module that is not there, if that is stint. */
const OWN_IMPORT = / imported from .*\/engines\/module\/module-[\w-]+\.c?js$/;

/**
 * An error that a module task did not catch, as plain data.
 *
 * @param before what is put before its message
 */
export function uncaughtError(thrown: unknown, before = ''): ErrorEnvelope {
  const original = packThrown(thrown, ownFrames);
  const { code } = (original.properties ?? {}) as { code?: unknown };
  const message = original.message.replace(OWN_IMPORT, '') || (original.name ?? 'Error');
  const envelope: ErrorEnvelope = {
    code: isStintError(thrown) ? thrown.code : uncaughtCode(typeof code === 'string' ? code : undefined),
    message: `${before}${message}`,
    original,
  };
  if (original.name !== undefined) envelope.scriptErrorName = original.name;
  if (original.stack !== undefined) {
    envelope.traceback = original.stack;
    const line = lineOf(original.stack);
    if (line !== undefined) envelope.line = line;
  }
  return envelope;
}

/** The part of a trace that is about the module. */
function ownFrames(stack: string): string {
  const lines = stack.split('\n');
  const end = lines.findIndex((line) => line.includes(OWN_FRAME));
  return end < 0 ? stack : lines.slice(0, end).join('\n');
}

/** The line of the module that a trace names first. (Of a syntax error Node tells none.) */
function lineOf(stack: string): number | undefined {
  for (const frame of stack.split('\n')) {
    const line = FOREIGN_FRAME.test(frame) ? undefined : PLACE.exec(frame)?.[1];
    if (line !== undefined) return Number(line);
  }
  return undefined;
}
