/**
 * Both ends of the way between a host and its thread: short messages go through shared memory, others through a port.
 *
 * 1. Messages come in the order in which they were sent, whichever way each of them took.
 * 2. A message that is sent while another one is being sent (by an interrupt) follows it.
 * 3. The other end is called once for all that it has not looked at yet.
 */
import { type MessagePort, receiveMessageOnPort, type TransferListItem } from 'node:worker_threads';
import type { Ring } from '../control/ring.js';
import type { ShortMessage } from '../control/short-messages.js';
import { threadNow } from '../scope/thread-now.js';
import { isDetached, type Transferable } from '../values/transfer.js';

/** What an end needs. */
export interface LinkEnds {
  readonly port: MessagePort;
  readonly outgoing: Ring;
  readonly incoming: Ring;
}

/** How messages of a kind are made short. */
export interface ShortForm<Out, In> {
  /** The values of a message, from index 1 on; undefined for one that is not short. */
  shorten(message: Out): unknown[] | undefined;
  /** The message of these values; the first one is not its. */
  lengthen(values: ShortMessage): In;
}

/** What the port carries: the message, and how many had been written to the ring before it. Null only calls. */
type Long = readonly [written: number, message: unknown] | null;

/** How long to look for the next message, in ms. */
const SPIN_MS = 0.1;
const BEST_LUCK = 32;

const NOTHING: readonly Transferable[] = [];

export class Link<Out, In> {
  readonly #port: MessagePort;
  readonly #outgoing: Ring;
  readonly #incoming: Ring;
  readonly #form: ShortForm<Out, In>;
  readonly #receive: (message: In) => void;
  /** Messages that went, and came, through the port. */
  #posted = 0;
  #taken = 0;
  /** Messages of the port that came before those of the ring that have to be taken first. */
  readonly #arrived: Exclude<Long, null>[] = [];
  readonly #waiting: Out[] = [];
  #sending = false;
  /** How well looking for the next message went lately; below 0 it is not worth it. */
  #luck = 0;
  /** How many messages were taken when any were taken last. */
  #lastTaken = 0;

  /** @param onCall called when the other end has sent something and this one was not looking: it has to call {@link takeAll} */
  constructor(
    { port, outgoing, incoming }: LinkEnds,
    form: ShortForm<Out, In>,
    receive: (message: In) => void,
    onCall: () => void,
  ) {
    this.#port = port;
    this.#outgoing = outgoing;
    this.#incoming = incoming;
    this.#form = form;
    this.#receive = receive;
    port.on('message', (message: Long) => {
      if (message !== null) this.#arrived.push(message);
      onCall();
    });
  }

  /** Sends a message, and calls the other end. */
  send(message: Out): void {
    this.hold(message);
    this.call();
  }

  /** Sends a message that may wait until the other end is called for another. @throws DataCloneError */
  hold(message: Out): void {
    if (this.#sending) {
      this.#waiting.push(message);
      return;
    }
    this.#sending = true;
    try {
      const short = this.#form.shorten(message);
      if (short !== undefined) short[0] = this.#posted;
      if (short === undefined || !this.#outgoing.write(short)) this.#post(message, NOTHING);
    } finally {
      this.#sending = false;
    }
    const next = this.#waiting.shift();
    if (next !== undefined) this.hold(next);
  }

  /** Sends a message with what it hands over. @throws DataCloneError if it cannot be cloned: nothing is sent then */
  sendCloned(message: Out, transfer: readonly Transferable[]): void {
    this.#post(message, transfer);
  }

  /** Calls the other end, if it has something to look at and does not look by itself. */
  call(): void {
    if (this.#outgoing.wake()) this.#port.postMessage(null satisfies Long);
  }

  /** Takes all that has come. False if that was nothing. */
  takeAll(): boolean {
    this.#incoming.setAwake();
    let taken = 0;
    while (this.#takeNext()) taken += 1;
    if (taken > 0) this.#lastTaken = taken;
    return taken > 0;
  }

  /** Takes all that has come, then goes about other things. What its sender took into the grave with it is not waited for. */
  takeAllAndLeave(): void {
    do {
      this.takeAll();
      this.#incoming.setElsewhere();
    } while (this.#takeNext());
  }

  /** This end goes about other things. False if something has come: it has to be taken first. */
  leave(): boolean {
    this.#incoming.setElsewhere();
    if (this.#isEmpty) return true;
    this.#incoming.setAwake();
    return false;
  }

  /**
   * Looks for something to come, for a moment and without a pause: a thread that is asleep takes longer to wake than a short task takes. Not
   * where that was in vain lately. True if something has come.
   */
  spin(): boolean {
    // Where messages come in bunches the sender is at work, and needs the processor more.
    if (this.#lastTaken > 1) return false;
    if (this.#luck < 0) {
      this.#luck += 1;
      return false;
    }
    const end = threadNow() + SPIN_MS;
    do {
      if (!this.#isEmpty) {
        this.#luck = Math.min(this.#luck + 1, BEST_LUCK);
        return true;
      }
    } while (threadNow() < end);
    this.#luck -= BEST_LUCK / 2;
    return false;
  }

  /** Blocks this end's thread until something comes, but no longer than so many milliseconds. */
  block(ms: number): void {
    this.#incoming.setBlocked();
    if (this.#isEmpty) this.#incoming.block(ms);
    this.#incoming.setAwake();
  }

  /** After a break, which may have unwound a message that was being sent. */
  recover(): void {
    this.#sending = false;
    const message = this.#waiting.shift();
    if (message !== undefined) this.send(message);
  }

  get #isEmpty(): boolean {
    return this.#incoming.isEmpty && this.#incoming.elseways === this.#taken;
  }

  #post(message: Out, transfer: readonly Transferable[]): void {
    // Node would send the message, and the other end could not read it.
    if (transfer.some((one) => one instanceof ArrayBuffer && isDetached(one))) {
      throw new DOMException('a buffer to be handed over was handed over already', 'DataCloneError');
    }
    this.#port.postMessage([this.#outgoing.written, message] satisfies Long, transfer as TransferListItem[]);
    this.#posted = (this.#posted + 1) | 0;
    this.#outgoing.noteElseways();
    // The port calls by itself one who is elsewhere.
    this.#outgoing.unblock();
  }

  #takeNext(): boolean {
    const before = this.#incoming.peek();
    // What was posted before the next short message, or when there is none.
    if (before === undefined || ((before - this.#taken) | 0) > 0) return this.#takeLong();
    this.#receive(this.#form.lengthen(this.#incoming.take() as ShortMessage));
    return true;
  }

  #takeLong(): boolean {
    const long = this.#arrived.shift() ?? (this.#incoming.elseways === this.#taken ? undefined : this.#fromPort());
    if (long === undefined) return false;
    if (((long[0] - this.#incoming.read) | 0) > 0) {
      // Short ones that were sent before it came since the ring was found empty.
      this.#arrived.unshift(long);
      return this.#takeNext();
    }
    this.#taken = (this.#taken + 1) | 0;
    this.#receive(long[1] as In);
    return true;
  }

  #fromPort(): Exclude<Long, null> | undefined {
    for (;;) {
      const received = receiveMessageOnPort(this.#port);
      if (received === undefined) return undefined;
      if (received.message !== null) return received.message;
    }
  }
}
