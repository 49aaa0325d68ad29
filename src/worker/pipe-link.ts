/**
 * A worker thread's way to an owner that is another process: tasks come, and what becomes of them goes, through pipes of the thread's own. What else
 * the owner says comes through the main thread of this process.
 *
 * 1. A message is written as a whole, before the next one.
 * 2. A message that is sent while another one is being sent (by an interrupt) follows it.
 */
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { ControlTable } from '../control/control-table.js';
import { encodeFrame, FrameReader } from './frames.js';
import type { Link } from './link.js';
import type { PipeSetup, ToHost, ToWorker } from './messages.js';
import { type BufferMessage, isBufferMessage, SharedBuffers } from './shared-buffers.js';
import { PIPED, TO_OWNER } from './short-forms.js';
import type { WorkerLink } from './worker-link.js';

/** A child process has one. */
const THREAD = 0;

export class PipeLink implements WorkerLink {
  readonly #main: Link<ToHost, ToWorker>;
  readonly #outgoing: number;
  /** What is still to be written, the first of it perhaps in part. */
  readonly #unwritten: Uint8Array[] = [];
  #writing = false;
  readonly #buffers = new SharedBuffers((message) => this.send(message));
  /** What came through the pipe and is not taken yet. */
  readonly #arrived: ToWorker[] = [];
  readonly #table: ControlTable;
  readonly #receive: (message: ToWorker) => void;

  /**
   * @param main the way to the main thread of this process
   * @param receive takes what comes through the pipe
   * @param onCall called when something has: {@link takeAll} has to be called
   */
  constructor(
    { incoming, outgoing }: PipeSetup,
    main: Link<ToHost, ToWorker>,
    table: ControlTable,
    receive: (message: ToWorker) => void,
    onCall: () => void,
  ) {
    this.#table = table;
    this.#receive = receive;
    this.#main = main;
    this.#outgoing = outgoing;
    const reader = new FrameReader(PIPED, this.#buffers, ({ message, announced }) => {
      if (isBufferMessage(message)) {
        this.#buffers.receive(message);
        return;
      }
      // What was announced has been counted by the main thread.
      if (!announced) table.threads.notePosted(THREAD);
      this.#arrived.push(message);
    });
    new Socket({ fd: incoming, readable: true, writable: false }).on('data', (piece) => {
      reader.add(piece);
      if (this.#arrived.length > 0) onCall();
    });
  }

  send(message: ToHost | BufferMessage): void {
    this.hold(message);
    this.call();
  }

  hold(message: ToHost | BufferMessage): void {
    this.#unwritten.push(encodeFrame(message, TO_OWNER, this.#buffers));
  }

  sendCloned(message: ToHost): void {
    this.send(message);
  }

  call(): void {
    if (this.#writing) return;
    this.#writing = true;
    while (this.#unwritten.length > 0) this.#write();
    this.#writing = false;
  }

  takeAll(): boolean {
    let taken = false;
    for (let next = this.#arrived.shift(); next !== undefined; next = this.#arrived.shift()) {
      taken = true;
      this.#takePiped(next);
    }
    return this.#main.takeAll() || taken;
  }

  #takePiped(message: ToWorker): void {
    if (message.op === 'start') {
      const { row, number } = message.order;
      this.#table.assign(row, number, THREAD);
      this.#table.heedForestalled(row, number);
    }
    this.#receive(message);
  }

  leave(): boolean {
    return this.#main.leave();
  }

  /** A task does not come this way. */
  spin(): boolean {
    return false;
  }

  block(): void {
    return;
  }

  recover(): void {
    this.#main.recover();
    this.#writing = false;
    this.call();
  }

  /**
   * The pipe blocks until all is written, but for signals. A break between the two statements would have the message written twice: it is one of the
   * task that is broken off, and its number says so.
   */
  #write(): void {
    const first = this.#unwritten[0] as Uint8Array;
    const written = writeSync(this.#outgoing, first);
    if (written < first.length) this.#unwritten[0] = first.subarray(written);
    else this.#unwritten.shift();
  }
}
