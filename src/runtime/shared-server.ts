import { BroadcastChannel, isMainThread, setEnvironmentData, type Worker } from 'node:worker_threads';
import { type ErrorEnvelope, toEnvelope } from '../errors/envelope.js';
import { isStintError, StintError } from '../errors/stint-error.js';
import { packThrown } from '../errors/thrown.js';
import { whyNotTransferable } from '../values/why-not-transferable.js';
import type { Outcome } from './outcome.js';
import type { Runtime } from './runtime.js';
import { BELL, CallState, DOOR_NAME, type SharedAnswer, type SharedCall } from './shared-calls.js';
import type { Task } from './task.js';

/**
 * Has the main thread run the synchronous calls of other threads on its shared runtime. Nothing is opened before the first thread is made.
 *
 * @param shared makes the runtime when it is first needed
 */
export function serveThreads(shared: () => Runtime): void {
  if (!isMainThread) return;
  const door = new Int32Array(new SharedArrayBuffer(4));
  setEnvironmentData(DOOR_NAME, door);
  const server = new SharedServer(shared);
  process.on('worker', (worker) => server.watch(worker));
  process.once('worker', () => {
    const channel = new BroadcastChannel(DOOR_NAME);
    channel.onmessage = (event) => server.receive((event as { data: SharedCall }).data);
    channel.unref();
    Atomics.store(door, 0, 1);
    Atomics.notify(door, 0);
  });
}

interface Running {
  readonly task: Task;
  readonly bell: Int32Array;
  /** Of the thread that waits. */
  readonly threadId: number;
}

class SharedServer {
  readonly #shared: () => Runtime;
  readonly #running = new Map<string, Running>();

  constructor(shared: () => Runtime) {
    this.#shared = shared;
  }

  receive(call: SharedCall): void {
    if (call.op === 'call') {
      this.#run(call);
      return;
    }
    const running = this.#running.get(call.reply);
    if (running === undefined) return;
    if (call.op === 'cancel') {
      void running.task.cancel('options.cancel was set');
      return;
    }
    Atomics.add(running.bell, BELL.signs, 1);
    Atomics.notify(running.bell, BELL.signs);
  }

  /** Ends what a thread called that has ended: nobody waits for it. */
  watch(worker: Worker): void {
    const { threadId } = worker;
    worker.once('exit', () => {
      for (const running of this.#running.values()) {
        if (running.threadId === threadId) void running.task.cancel('the thread that called has ended');
      }
    });
  }

  #run({ reply, bell, threadId, source, options }: SharedCall & { op: 'call' }): void {
    const { offered, taken } = CallState;
    if (Atomics.compareExchange(bell, BELL.state, offered, taken) !== offered) return;
    try {
      const task = this.#shared().start<unknown>(source, options);
      this.#running.set(reply, { task, bell, threadId });
      void task.outcome.then((outcome) => {
        this.#running.delete(reply);
        answer(reply, bell, answerOf(outcome));
      });
    } catch (error) {
      answer(reply, bell, { error: packError(error) });
    }
  }
}

function answerOf({ value, error }: Outcome<unknown>): SharedAnswer {
  return error === undefined ? { value } : { error: packError(error) };
}

function packError(error: unknown): ErrorEnvelope {
  const known = isStintError(error) ? error : new StintError('SCRIPT_ERROR', String(error), { cause: error });
  const envelope = toEnvelope(known);
  return known.cause === undefined ? envelope : { ...envelope, original: packThrown(known.cause) };
}

function answer(reply: string, bell: Int32Array, message: SharedAnswer): void {
  const channel = new BroadcastChannel(reply);
  try {
    channel.postMessage(message);
  } catch (error) {
    const value = 'value' in message ? message.value : undefined;
    channel.postMessage({ error: toEnvelope(whyNotTransferable(value, 'result', error)) } satisfies SharedAnswer);
  } finally {
    channel.close();
    Atomics.store(bell, BELL.state, CallState.answered);
    Atomics.notify(bell, BELL.state);
  }
}
