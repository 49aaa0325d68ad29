/**
 * One call of a tool, from its input to its result.
 *
 * 1. It settles at its deadline, or when it is cancelled, whatever the handler does; a handler that heeds its signal within the grace is
 *    waited for. A schema that answers later (a Standard Schema may) has as much time, before and after.
 * 2. When it has settled, what it acquired is closed and its doors are shut.
 * 3. The handler gets a copy of the input that the schema has accepted; the caller gets a copy of a result that it has accepted.
 * 4. Whatever a handler throws, the caller gets a `StintError`.
 */

import { setImmediate } from 'node:timers/promises';
import { within } from '../control/within.js';
import { messageOf } from '../errors/describe.js';
import { StintError } from '../errors/stint-error.js';
import { onAbort } from '../scope/on-abort.js';
import { copyValue } from '../values/copy-value.js';
import { isThenable } from '../values/thenable.js';
import type { Value } from '../values/value.js';
import { CallContext, type CallOwner } from './call-context.js';
import { copyInput } from './copy-input.js';
import { cancelled, failed, inputError } from './failure.js';
import { measure, pathText } from './schema/measure.js';
import { type Checked, check, isStandardSchema } from './schema/validator.js';
import type { ToolResult, ToolSchema } from './tool.js';

/** How long a handler that was told to end is waited for. */
const GRACE_MS = 100;
/** How long what a call acquired is waited for to be closed. */
const CLEAN_UP_MS = 1000;
/** How long a generator may yield without a turn of the event loop. */
const LONGEST_BURST_MS = 10;

/** What the caller of a tool gives and hears, beyond input and result. */
export interface CallPort {
  readonly signal: AbortSignal | undefined;
  /** Takes a part of the result: the handler goes on when it is taken. */
  readonly onPart: ((part: unknown) => void | Promise<void>) | undefined;
}

/** Carries out a call that the policy has admitted. @throws StintError (rejects) */
export async function carryOut(owner: CallOwner, input: unknown, port: CallPort): Promise<unknown> {
  const { tool } = owner;
  throwIfCancelled(tool.name, port.signal);
  const accepted = acceptInput(owner, input);
  const outcome = await judge(owner, port, tool.input, accepted, 'input');
  if ('problem' in outcome) throw inputError(tool.name, outcome.problem);
  throwIfCancelled(tool.name, port.signal);
  const context = new CallContext(owner);
  let result: unknown;
  try {
    const { value } = outcome;
    result = await withinTime(
      owner,
      port,
      () => tool.handler(value, context),
      (reason) => context.abort(reason),
    );
  } catch (error) {
    throw failed(tool.name, error);
  } finally {
    const disposal = context.end();
    if (disposal !== undefined) await cleanUp(tool.name, disposal);
  }
  return acceptOutput(owner, port, result);
}

function acceptInput({ tool, limits, notes }: CallOwner, input: unknown): Value {
  const copy = copyInput(tool.name, input);
  notes.inputBytes = measure(copy, limits.input, (path) =>
    inputError(tool.name, `${pathText('input', path)} is a key that is not allowed: it could reach a prototype`),
  );
  if (notes.inputBytes > limits.input) {
    throw inputError(tool.name, `the input has more than ${limits.input} bytes; send less, or raise limits.input`);
  }
  return copy;
}

async function acceptOutput(owner: CallOwner, port: CallPort, result: unknown): Promise<unknown> {
  const { tool } = owner;
  const copy = takeOutput(owner, result, 'result');
  if (tool.output === undefined) return copy;
  const checked = await judge(owner, port, tool.output, copy, 'output');
  if ('value' in checked) return checked.value;
  throw new StintError('TOOL_FAILED', `the tool '${tool.name}' returned what its schema refuses: ${checked.problem}`);
}

/** Checks a value. A schema that cannot is the tool's fault. */
async function judge(
  owner: CallOwner,
  port: CallPort,
  schema: ToolSchema,
  value: Value,
  name: string,
): Promise<Checked> {
  try {
    const answer = check(schema, value, name);
    if (!isStandardSchema(schema) || !isThenable(answer)) return await answer;
    return (await withinTime(owner, port, () => answer)) as Checked;
  } catch (error) {
    throw failed(owner.tool.name, error);
  }
}

/** Copies what goes to the caller, and counts it. */
function takeOutput({ tool, limits, notes }: CallOwner, value: unknown, what: string): Value {
  let copy: Value;
  try {
    copy = copyValue(value, what);
  } catch (error) {
    throw failed(tool.name, error);
  }
  notes.outputBytes += measure(copy, limits.output - notes.outputBytes);
  if (notes.outputBytes <= limits.output) return copy;
  throw new StintError(
    'OUTPUT_LIMIT',
    `the tool '${tool.name}' returned more than ${limits.output} bytes; ask for less, or raise limits.output`,
  );
}

/**
 * Runs the tool's code until it is done, or its time is up, or the call is cancelled.
 *
 * @param tell is called when it has to end
 */
function withinTime(
  owner: CallOwner,
  port: CallPort,
  begin: () => ToolResult<unknown>,
  tell: (reason: StintError) => void = () => undefined,
): unknown {
  const begun = begin();
  const iterator = asIterator(begun);
  if (iterator === undefined && !isThenable(begun)) return begun;
  const { tool, limits } = owner;
  return new Promise((resolve, reject) => {
    let stopped: StintError | undefined;
    let graceTimer: NodeJS.Timeout | undefined;
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      clearTimeout(graceTimer);
      forget?.();
      if (stopped === undefined) act();
      else reject(stopped);
    };
    const stop = (reason: StintError): void => {
      if (stopped !== undefined) return;
      stopped = reason;
      graceTimer = setTimeout(() => settle(() => undefined), GRACE_MS);
      tell(reason);
      if (iterator !== undefined) endIterator(iterator);
    };
    const timer = setTimeout(
      () => stop(new StintError('TIMEOUT', `the tool '${tool.name}' did not answer within ${limits.timeout} ms`)),
      limits.timeout,
    );
    const { signal } = port;
    const forget = signal && onAbort(signal, () => stop(cancelled(tool.name, signal.reason)));
    // The handler itself may have had it aborted.
    if (signal?.aborted === true) stop(cancelled(tool.name, signal.reason));
    const working =
      iterator === undefined
        ? Promise.resolve(begun)
        : drive(
            iterator,
            (part) => give(owner, port, part),
            () => stopped !== undefined,
          );
    working.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}

/** Has a generator that rests at a part run its clean-up. What that throws is of no use any more: the call has its error. */
function endIterator(iterator: AnyIterator): void {
  Promise.resolve()
    .then(() => iterator.return?.())
    .catch(() => undefined);
}

/** A generator, or what is like one but cannot be told to end. */
type AnyIterator = AsyncIterator<unknown, unknown, void> | Iterator<unknown, unknown, void>;

/** @param isOver whether the call has its error: nobody waits for parts any more, only for the clean-up */
async function drive(
  iterator: AnyIterator,
  give: (part: unknown) => void | Promise<void>,
  isOver: () => boolean,
): Promise<unknown> {
  let pausedAt = performance.now();
  for (;;) {
    const step = await iterator.next();
    if (step.done === true) return step.value;
    if (isOver()) return iterator.return?.();
    try {
      await give(step.value);
    } catch (error) {
      await iterator.return?.();
      throw error;
    }
    // Parts that come without a pause would keep timers and signals from being heard.
    if (performance.now() - pausedAt < LONGEST_BURST_MS) continue;
    await setImmediate();
    pausedAt = performance.now();
  }
}

/** Hands a part to the caller, who may be slow to take it. */
async function give(owner: CallOwner, { onPart }: CallPort, part: unknown): Promise<void> {
  const copy = takeOutput(owner, part, 'part');
  try {
    await onPart?.(copy);
  } catch (error) {
    throw cancelled(owner.tool.name, error);
  }
}

function asIterator(value: unknown): AnyIterator | undefined {
  if (typeof value !== 'object' || value === null || !('next' in value) || typeof value.next !== 'function') {
    return undefined;
  }
  return Symbol.asyncIterator in value || Symbol.iterator in value ? (value as AnyIterator) : undefined;
}

function throwIfCancelled(tool: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled(tool, signal.reason);
}

/** Waits until all is closed that the call acquired, but not for ever: the call has to settle. */
async function cleanUp(tool: string, disposal: Promise<unknown[]>): Promise<void> {
  const done = await within(disposal, CLEAN_UP_MS);
  const [first] = done ? await disposal : [new Error(`it was not done after ${CLEAN_UP_MS} ms`)];
  if (first === undefined) return;
  process.emitWarning(`the tool '${tool}' could not clean up: ${messageOf(first)}`, { code: 'STINT_TOOL_CLEAN_UP' });
}
