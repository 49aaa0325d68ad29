/**
 * One TCP connection as a script sees it.
 *
 * 1. It reads ahead by one chunk: a peer that floods is held back by TCP.
 * 2. After a failure every call fails with it, once what had been read ahead is taken.
 * 3. Results that are there at once are returned, not promised: most writes and many reads cost no turn of the loop.
 */
import type { Socket } from 'node:net';
import type { StintError } from '../errors/stint-error.js';
import type { Opening } from './opening.js';
import { failure, misuse } from './refusal.js';
import { reasonOf } from './system-error.js';
import type { Tcp } from './tcp.js';

const OWNER = Symbol('the connection of a socket');

interface OwnedSocket extends Socket {
  /** Undefined when its script has ended: nobody hears of it then. */
  [OWNER]: Connection | undefined;
}

interface Read {
  readonly most: number;
  readonly resolve: (bytes: Uint8Array | null) => void;
  readonly reject: (error: StintError) => void;
}

interface Write {
  readonly bytes: number;
  readonly resolve: (value: undefined) => void;
  readonly reject: (error: StintError) => void;
}

export class Connection {
  readonly kind = 'connection';
  readonly #socket: Socket;
  readonly #label: string;
  readonly #tcp: Tcp;
  #opening: Opening<Connection> | undefined;
  /** What came and was not asked for. While it is there the socket is paused. */
  #chunk: Uint8Array | undefined;
  #ended = false;
  /** When it is cut at the latest, as `threadNow`: infinite until the script has closed it. */
  #due = Number.POSITIVE_INFINITY;
  #failure: StintError | undefined;
  #read: Read | undefined;
  #writes: Write[] = [];
  #hearsDrain = false;
  /** Ends the wait of whoever has closed it before all was sent. */
  #closeSettled: ((value: undefined) => void) | undefined;

  /**
   * @param socket one that gives what it reads to `arrived`, or is paused and emits it
   * @param label the other end in messages: `to 127.0.0.1:80`
   */
  constructor(socket: Socket, label: string, tcp: Tcp, opening?: Opening<Connection>) {
    this.#socket = socket;
    this.#label = label;
    this.#tcp = tcp;
    this.#opening = opening;
    (socket as OwnedSocket)[OWNER] = this;
    socket.on('end', onEnd).on('error', onError).on('close', onClose);
    if (opening !== undefined) socket.on('connect', onConnect);
    else socket.on('data', onData);
    tcp.connections.add(this);
  }

  /** Calls that wait. */
  get pending(): number {
    return this.#writes.length + (this.#read === undefined ? 0 : 1);
  }

  get due(): number {
    return this.#due;
  }

  /** Whether the script has closed it. */
  get isClosed(): boolean {
    return this.#due !== Number.POSITIVE_INFINITY;
  }

  /** At least one and at most `most` bytes, `null` at the end of the stream. */
  read(most: number): Uint8Array | null | Promise<Uint8Array | null> {
    if (this.#read !== undefined) throw misuse('connection.read: another read of this connection waits; one at a time');
    if (this.#chunk !== undefined) return this.#take(this.#chunk, most);
    if (this.#ended) return null;
    if (this.#failure !== undefined) throw this.#failure;
    return new Promise((resolve, reject) => {
      this.#read = { most, resolve, reject };
      if (this.#socket.isPaused()) this.#socket.resume();
    });
  }

  /** Done when the socket's buffer has room for more. Bytes are not copied: they are no longer the caller's to change. */
  write(data: string | Uint8Array): undefined | Promise<undefined> {
    if (this.#failure !== undefined) throw this.#failure;
    const socket = this.#socket;
    if (socket.writableLength + data.length < socket.writableHighWaterMark) {
      socket.write(data);
      return undefined;
    }
    const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.length;
    this.#tcp.held.take(bytes, 'connection.write');
    if (socket.write(data)) {
      this.#tcp.held.give(bytes);
      return undefined;
    }
    if (!this.#hearsDrain) socket.on('drain', onDrain);
    this.#hearsDrain = true;
    return new Promise((resolve, reject) => this.#writes.push({ bytes, resolve, reject }));
  }

  /** Ends the connection when all that was written is sent; done when the system has it all. */
  close(): undefined | Promise<undefined> {
    const socket = this.#socket;
    const read = this.#read;
    this.#read = undefined;
    this.#chunk = undefined;
    read?.reject(misuse('the connection is closed'));
    if (socket.destroyed) return undefined;
    const unsent = socket.writableLength > 0;
    this.#due = this.#tcp.connections.close();
    // A script that ends now takes its sockets with it, which costs less.
    process.nextTick(endSocket, socket);
    if (!unsent) return undefined;
    socket.on('finish', onFinish);
    return new Promise((resolve) => {
      this.#closeSettled = resolve;
    });
  }

  /** Ends it at once: nobody has ever had it, or its peer was waited for long enough. */
  cut(): void {
    this.#socket.destroy();
  }

  /** Ends it at once; nothing of it is heard any more. */
  abandon(): void {
    (this.#socket as OwnedSocket)[OWNER] = undefined;
    this.#socket.destroy();
  }

  connected(): void {
    const opening = this.#opening;
    this.#opening = undefined;
    opening?.opened(this);
  }

  /** Takes what came out of a buffer that is used again. @returns true: `false` would stop the socket */
  arrived(buffer: Uint8Array, length: number): true {
    if (!this.isClosed) this.#took(buffer.slice(0, length));
    return true;
  }

  /** Takes a chunk of its own. */
  emitted(chunk: Uint8Array): void {
    if (!this.isClosed) this.#took(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
  }

  #took(chunk: Uint8Array): void {
    const read = this.#read;
    if (read === undefined) {
      this.#chunk = chunk;
      this.#socket.pause();
      return;
    }
    this.#read = undefined;
    read.resolve(this.#take(chunk, read.most));
  }

  ended(): void {
    this.#ended = true;
    const read = this.#read;
    this.#read = undefined;
    read?.resolve(null);
  }

  failed(cause: unknown): void {
    const opening = this.#opening;
    if (opening !== undefined) {
      opening.failed(failure(`cannot connect ${this.#label}: ${reasonOf(cause)}`));
      return;
    }
    const error = failure(`the connection ${this.#label} failed: ${reasonOf(cause)}`);
    this.#failure = error;
    const read = this.#read;
    this.#read = undefined;
    read?.reject(error);
    this.#settleWrites(error);
  }

  drained(): void {
    this.#settleWrites();
  }

  /** The system has all that was written. */
  finished(): void {
    this.#settleWrites();
    this.#closeSettled?.(undefined);
  }

  gone(): void {
    this.#tcp.connections.delete(this);
    if (this.#closeSettled === undefined) return;
    this.#settleWrites(failure(`the connection ${this.#label} was closed: the peer did not take all`));
    this.#closeSettled(undefined);
  }

  /** The first bytes of `chunk`; the rest stays for the next read. */
  #take(chunk: Uint8Array, most: number): Uint8Array {
    if (chunk.length <= most) {
      this.#chunk = undefined;
      return chunk;
    }
    if (this.#chunk === undefined) this.#socket.pause();
    this.#chunk = chunk.subarray(most);
    return chunk.slice(0, most);
  }

  #settleWrites(error?: StintError): void {
    const writes = this.#writes;
    this.#writes = [];
    for (const { bytes, resolve, reject } of writes) {
      this.#tcp.held.give(bytes);
      if (error === undefined) resolve(undefined);
      else reject(error);
    }
  }
}

function endSocket(socket: Socket): void {
  if (socket.destroyed) return;
  socket.end();
  // What still comes is read and dropped.
  if (socket.isPaused()) socket.resume();
}

// One function for all sockets, not a closure for each: there are thousands.

function onConnect(this: Socket): void {
  (this as OwnedSocket)[OWNER]?.connected();
}

function onData(this: Socket, chunk: Uint8Array): void {
  (this as OwnedSocket)[OWNER]?.emitted(chunk);
}

function onEnd(this: Socket): void {
  (this as OwnedSocket)[OWNER]?.ended();
}

function onError(this: Socket, error: Error): void {
  (this as OwnedSocket)[OWNER]?.failed(error);
}

function onDrain(this: Socket): void {
  (this as OwnedSocket)[OWNER]?.drained();
}

function onFinish(this: Socket): void {
  (this as OwnedSocket)[OWNER]?.finished();
}

function onClose(this: Socket): void {
  (this as OwnedSocket)[OWNER]?.gone();
}
