/**
 * Gives the fibers of a thread their turns, a quantum's worth at a time. Between two of these the thread looks at everything else: messages,
 * timers, sockets.
 *
 * Fibers run in the handler of a message that the thread posts to itself. Not in an immediate: a break inside an immediate, a timer or
 * a tick leaves Node's stack of async contexts corrupt, which is fatal; a message's context is kept by C++ frames, which a break
 * does not skip.
 */
import { MessageChannel } from 'node:worker_threads';
import { threadNow } from '../scope/thread-now.js';
import { RunQueue } from './run-queue.js';

export interface TurnHandlers<T> {
  begin(): void;
  /** Takes what has come. */
  receive(): void;
  run(item: T): void;
  /** Nothing is left to run. True if something has been added meanwhile. */
  more(): boolean;
  /**
   * @param isIdle whether nothing is left to run
   * @returns whether something has come meanwhile
   */
  end(isIdle: boolean): boolean;
}

export class Turns<T> {
  readonly #queue = new RunQueue<T>();
  readonly #self = new MessageChannel();
  readonly #quantum: number;
  readonly #handlers: TurnHandlers<T>;
  #posted = false;
  #running = false;

  /** @param quantum in milliseconds */
  constructor(quantum: number, handlers: TurnHandlers<T>) {
    this.#quantum = quantum;
    this.#handlers = handlers;
    this.#self.port2.on('message', () => this.run());
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Adds one that comes to the thread, or comes back to it. */
  add(item: T): void {
    this.#queue.add(item);
    this.#post();
  }

  /** Adds one whose slice is over. */
  addCut(item: T): void {
    this.#queue.addCut(item);
    this.#post();
  }

  /** Adds one that has to end. May be called by an interrupt. */
  addFirst(item: T): void {
    this.#queue.putFirst(item);
    this.#post();
  }

  /** A break has unwound the turns that were being given. The others follow. */
  recover(): void {
    this.#running = false;
    this.#posted = true;
    this.#self.port1.postMessage(null);
  }

  #post(): void {
    if (this.#posted || this.#running || this.#queue.length === 0) return;
    this.#posted = true;
    this.#self.port1.postMessage(null);
  }

  /** Gives turns until nothing is left to run, or for a quantum. To be called by the handler of a message. */
  run(): void {
    this.#posted = false;
    this.#handlers.begin();
    this.#running = true;
    this.#handlers.receive();
    const end = threadNow() + this.#quantum;
    do {
      const item = this.#queue.next();
      if (item !== undefined) this.#handlers.run(item);
    } while (threadNow() < end && (this.#queue.length > 0 || this.#handlers.more()));
    this.#running = false;
    if (this.#handlers.end(this.#queue.length === 0) || this.#queue.length > 0) this.#postNext();
  }

  /** Not a message right away: Node takes up to 1000 messages of a port before it looks for anything else. */
  #postNext(): void {
    if (this.#posted) return;
    this.#posted = true;
    setImmediate(() => this.#self.port1.postMessage(null));
  }
}
