/**
 * Synchronous calls of a thread that is not the main one, run on the main thread's shared runtime, so that threads share one.
 *
 * 1. A main thread that is not there to take a call (it blocks, or knows nothing of stint) costs a moment, once: then the thread has a runtime of its own.
 * 2. A call ends at its deadline although the main thread blocks meanwhile.
 */
import { randomUUID } from 'node:crypto';
import {
  BroadcastChannel,
  getEnvironmentData,
  isMainThread,
  type MessagePort,
  receiveMessageOnPort,
  threadId,
} from 'node:worker_threads';
import { monotonicNow } from '../control/clock.js';
import { nesting } from '../control/nesting.js';
import { fromEnvelope } from '../errors/envelope.js';
import { StintError } from '../errors/stint-error.js';
import { whyNotTransferable } from '../values/why-not-transferable.js';
import { DEFAULT_LIMITS } from './limits.js';
import { type RunSyncOptions, resolveRunOptions, splitSyncOptions } from './run-options.js';
import { BELL, CallState, DOOR_NAME, type SharedAnswer, type SharedCall } from './shared-calls.js';
import { resolveSource, type Source } from './source.js';

/** So long the main thread may take to show that it is there, in ms; a call with a short timeout gives it half of that. */
const PATIENCE_MS = 1000;
/** How long a thread that blocks does not look at what else there is, in ms. Between two slices the inspector gets through to it. */
const SLICE_MS = 10;
/** What only the thread itself can do: call its listeners, hand something over. */
const NOT_SHARED = ['events', 'output', 'transfer'];

/** This thread's way to the shared runtime. */
export class SharedClient {
  readonly #door: Int32Array;
  readonly #reply = `${DOOR_NAME}/${randomUUID()}`;
  readonly #answers = new BroadcastChannel(this.#reply);
  #isOpen = true;

  private constructor(door: Int32Array) {
    this.#door = door;
    this.#answers.unref();
  }

  /** Undefined on the main thread, in a task, and where the main thread knows nothing of stint. */
  static connect(): SharedClient | undefined {
    if (isMainThread || nesting.depth > 0) return undefined;
    const door = getEnvironmentData(DOOR_NAME) as Int32Array | undefined;
    return door === undefined ? undefined : new SharedClient(door);
  }

  /** Whether the main thread can run such a call. */
  takes(options: RunSyncOptions | undefined): boolean {
    return this.#isOpen && !NOT_SHARED.some((key) => Object.hasOwn(options ?? {}, key));
  }

  /**
   * Runs the call and waits for its end. Undefined if the main thread did not take it.
   *
   * @throws StintError if it does not complete
   */
  call(source: Source, options: RunSyncOptions | undefined): { value: unknown } | undefined {
    const [runOptions, cancel] = splitSyncOptions(options);
    const resolved = resolveSource(source);
    const { timeout } = resolveRunOptions(runOptions, DEFAULT_LIMITS, resolved.language).limits;
    const patience = Math.min(PATIENCE_MS, timeout / 2);
    const loaded = 'load' in resolved ? resolved.loadSync() : resolved;
    const sent = loaded.language === 'module' ? { module: loaded.url, export: loaded.exportName } : loaded;
    const bell = new Int32Array(new SharedArrayBuffer(BELL.words * Int32Array.BYTES_PER_ELEMENT));
    // What is sent while the door is closed reaches nobody.
    Atomics.wait(this.#door, 0, 0, patience);
    try {
      this.#send({ op: 'call', reply: this.#reply, bell, threadId, source: sent, options: runOptions });
    } catch (error) {
      throw whyNotTransferable(runOptions.args, 'args', error);
    }
    if (!isTaken(bell, patience)) {
      this.#leave();
      return undefined;
    }
    this.#await(bell, timeout, cancel);
    return { value: this.#read() };
  }

  #await(bell: Int32Array, timeout: number, cancel: Int32Array | undefined): void {
    let overdueFrom = monotonicNow() + timeout;
    let isCancelled = false;
    let asked: { at: number; signs: number } | undefined;
    while (Atomics.load(bell, BELL.state) !== CallState.answered) {
      const now = monotonicNow();
      if (!isCancelled && cancel !== undefined && Atomics.load(cancel, 0) !== 0) {
        isCancelled = true;
        overdueFrom = Math.min(overdueFrom, now);
        this.#send({ op: 'cancel', reply: this.#reply });
      }
      const signs = Atomics.load(bell, BELL.signs);
      if (asked !== undefined && asked.signs !== signs) {
        // It is there: the task is still queued, or being ended.
        asked = undefined;
        overdueFrom = now;
      } else if (asked === undefined && now > overdueFrom + PATIENCE_MS) {
        asked = { at: now, signs };
        this.#send({ op: 'look', reply: this.#reply });
      } else if (asked !== undefined && now > asked.at + PATIENCE_MS) {
        this.#leave();
        throw isCancelled
          ? new StintError('CANCELLED', 'cancelled; the main thread blocks and cannot say how the task ended')
          : new StintError(
              'TIMEOUT',
              `no answer in ${timeout} ms, and the main thread, whose runtime ran the task, blocks`,
            );
      }
      Atomics.wait(bell, BELL.state, CallState.taken, SLICE_MS);
    }
  }

  #read(): unknown {
    // Its types do not know that it takes a channel, too.
    const port = this.#answers as unknown as MessagePort;
    const { message } = receiveMessageOnPort(port) as { message: SharedAnswer };
    if ('error' in message) throw fromEnvelope(message.error);
    return message.value;
  }

  /** By a channel of its own: whoever stays on it hears the calls of all threads. */
  #send(message: SharedCall): void {
    const channel = new BroadcastChannel(DOOR_NAME);
    try {
      channel.postMessage(message);
    } finally {
      channel.close();
    }
  }

  #leave(): void {
    this.#isOpen = false;
    this.#answers.close();
  }
}

/** Whether the main thread took a call. If not, it will not any more. */
function isTaken(bell: Int32Array, patience: number): boolean {
  const { offered, withdrawn } = CallState;
  const until = monotonicNow() + patience;
  // Nobody wakes the thread when the call is taken: mostly it is answered at once.
  while (Atomics.load(bell, BELL.state) === offered && monotonicNow() < until) {
    Atomics.wait(bell, BELL.state, offered, SLICE_MS);
  }
  return Atomics.compareExchange(bell, BELL.state, offered, withdrawn) !== offered;
}
