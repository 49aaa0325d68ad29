/**
 * A bounded channel between scripts, and between scripts and their host.
 *
 * 1. Values are received in the order in which they were sent, each by one receiver, in the order in which these came.
 * 2. Never more than `capacity` values wait in it: a sender waits until there is room.
 * 3. After `close` nothing can be sent; what is in it can still be received, then receivers get `undefined`,
 *    which is never sent: `undefined` arrives as `null`.
 */
import { StintError } from '../errors/stint-error.js';
import { Fifo } from '../scope/fifo.js';
import { onAbort } from '../scope/on-abort.js';
import { copyValue } from '../values/copy-value.js';
import type { Value } from '../values/value.js';
import { cancelError } from './ending.js';
import { readOptions, wholeNumber } from './read-options.js';
import type { Task } from './task.js';

const MAX_CAPACITY = 1_000_000;

interface Sender {
  readonly value: Value;
  readonly resolve: () => void;
  readonly reject: (error: StintError) => void;
}

type Receiver = (value: Value | undefined) => void;

/** See the top of the file. Made by {@link createChannel}; given to a script by `RunOptions.channels`. */
export class Channel implements Disposable, AsyncIterable<Value> {
  readonly #capacity: number;
  readonly #values = new Fifo<Value>();
  /** In the order of their coming; taken out from anywhere when their task ends. */
  readonly #senders = new Set<Sender>();
  readonly #receivers = new Set<Receiver>();
  #closed = false;

  /** @param options `capacity`: how many values may wait in it, 0 to 1,000,000. Default 16. With 0 a sender waits for a receiver. */
  constructor(options?: { capacity?: number }) {
    const { capacity } = readOptions(options, 'options', { capacity: wholeNumber(0, MAX_CAPACITY) });
    this.#capacity = capacity ?? 16;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Sends a value; settles when it has a place in the channel.
   *
   * @param signal takes the value back when it aborts, if it still waits
   * @throws StintError `INVALID_ARGUMENT` if the channel is closed, or is closed before there is room; `CANCELLED` if the signal aborts before that;
   *   `VALUE_NOT_TRANSFERABLE`
   */
  async send(value: Value, signal?: AbortSignal): Promise<void> {
    const copy = copyValue(value, 'value') ?? null;
    if (this.#closed) throw channelClosed();
    if (signal?.aborted === true) throw cancelError(signal.reason, 'the sending');
    const receiver = first(this.#receivers);
    if (receiver !== undefined) {
      this.#receivers.delete(receiver);
      receiver(copy);
    } else if (this.#values.length < this.#capacity) {
      this.#values.push(copy);
    } else {
      await this.#waitForRoom(copy, signal);
    }
  }

  /**
   * Receives a value; `undefined` when the channel is closed and empty.
   *
   * @param signal gives the place in the line up when it aborts; the promise then settles with `undefined`
   */
  receive(signal?: AbortSignal): Promise<Value | undefined> {
    if (signal?.aborted === true) return Promise.resolve(undefined);
    if (this.#values.length > 0) {
      const value = this.#values.shift();
      this.#refill();
      return Promise.resolve(value);
    }
    const sender = first(this.#senders);
    if (sender !== undefined) {
      this.#senders.delete(sender);
      sender.resolve();
      return Promise.resolve(sender.value);
    }
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const receiver: Receiver = (value) => {
        forget?.();
        resolve(value);
      };
      this.#receivers.add(receiver);
      const forget = signal && onAbort(signal, () => this.#receivers.delete(receiver) && resolve(undefined));
    });
  }

  /** Closes it, at once. What waits to be sent is refused. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { reject } of this.#senders) reject(channelClosed());
    this.#senders.clear();
    for (const receiver of this.#receivers) receiver(undefined);
    this.#receivers.clear();
  }

  /** Closes it when a task ends: whoever receives from that task then comes to the end. */
  closeWith(task: Pick<Task, 'outcome'>): this {
    void task.outcome.then(() => this.close());
    return this;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** The values until the channel is closed and empty. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Value> {
    for (;;) {
      const value = await this.receive();
      if (value === undefined) return;
      yield value;
    }
  }

  #waitForRoom(value: Value, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const sender: Sender = {
        value,
        resolve() {
          forget?.();
          resolve();
        },
        reject(error) {
          forget?.();
          reject(error);
        },
      };
      this.#senders.add(sender);
      const forget =
        signal &&
        onAbort(signal, () => this.#senders.delete(sender) && reject(cancelError(signal.reason, 'the sending')));
    });
  }

  #refill(): void {
    const sender = first(this.#senders);
    if (sender === undefined) return;
    this.#senders.delete(sender);
    this.#values.push(sender.value);
    sender.resolve();
  }
}

/** Makes a {@link Channel}. */
export function createChannel(options?: { capacity?: number }): Channel {
  return new Channel(options);
}

function channelClosed(): StintError {
  return new StintError('INVALID_ARGUMENT', 'the channel is closed');
}

function first<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}
