import { fileURLToPath } from 'node:url';
import { uncaughtCode } from '../../errors/codes.js';
import type { ErrorEnvelope } from '../../errors/envelope.js';
import { isStintError } from '../../errors/stint-error.js';
import { packThrown } from '../../errors/thrown.js';

/** `file:///a/b.js:3:7` at the end of a frame. */
const PLACE = /:(\d+):\d+\)?$/;

/** Frames of Node itself. */
const NODES_FRAME = /\bnode:/;

/** Where stint itself lies, as frames of ES modules name it, and those of CommonJS modules. */
const OWN_URL = import.meta.url.replace(/engines\/module\/[^/]*$/, '');
const OWN_PLACES = [OWN_URL, fileURLToPath(OWN_URL)];

/** Where the frames of stint that have called the module begin in a trace: in module-vm.js, or the bundle that it is in. */
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

/** The part of a trace that is about the module: neither what stint does for it nor what has called it. */
export function ownFrames(stack: string): string {
  const lines = stack.split('\n');
  const first = lines.findIndex(isOfModule);
  const trace = lines.findIndex(isOfStint);
  // What stint threw when the module called it is told without its own frames.
  const begun = first < 0 || trace < 0 || trace > first ? lines : [...lines.slice(0, trace), ...lines.slice(first)];
  const end = begun.findIndex((line) => line.includes(OWN_FRAME));
  return end < 0 ? begun.join('\n') : begun.slice(0, end).join('\n');
}

/** The line of the module that a trace names first. (Of a syntax error Node tells none.) */
function lineOf(stack: string): number | undefined {
  const frame = stack.split('\n').find(isOfModule) ?? '';
  const line = PLACE.exec(frame)?.[1];
  return line === undefined ? undefined : Number(line);
}

function isOfModule(frame: string): boolean {
  return PLACE.test(frame) && !NODES_FRAME.test(frame) && !isOfStint(frame);
}

function isOfStint(frame: string): boolean {
  return PLACE.test(frame) && OWN_PLACES.some((place) => frame.includes(place));
}
