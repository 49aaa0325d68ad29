/**
 * The way to a kernel over a connection.
 *
 * 1. Every request settles once: with its answer, or with why the connection ended.
 * 2. An answer goes to the request whose id it has. One with an id that nobody waits for, or a message that cannot be read, ends the
 *    connection: from then on nobody could know whose answer is whose.
 * 3. A request that was cancelled still waits for its answer: when it settles, the kernel has ended it.
 * 4. A listener that fails ends its own request only.
 */
import { StintError } from '../../errors/stint-error.js';
import { onAbort } from '../../scope/on-abort.js';
import { fromJsonForm } from '../../values/json-form.js';
import { type RpcNotification, type RpcResponse, readMessage } from '../json-rpc.js';
import { fromRpcError } from '../rpc-fault.js';
import type { Wire } from '../wire.js';
import { cancelled } from './direct-requester.js';
import { cancellation, Listening } from './listening.js';
import { tell } from './news.js';
import type { NewsListener, Requester, RequestOptions } from './requester.js';
import { writtenParams } from './written-params.js';

/** What may wait to be sent, in bytes. */
const MOST_UNSENT = 64 * 1024 ** 2;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: StintError) => void;
  readonly listening: Listening | undefined;
}

/** See the top of the file. */
export class WireRequester implements Requester {
  readonly local = false;
  news: NewsListener | undefined;
  /** What the kernel takes as one message, in bytes. */
  longest = Number.POSITIVE_INFINITY;
  readonly #wire: Wire;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #end: StintError | undefined;
  #tellClosed!: (error: Error | undefined) => void;
  readonly closed = new Promise<Error | undefined>((resolve) => {
    this.#tellClosed = resolve;
  });

  constructor(wire: Wire) {
    this.#wire = wire;
    wire.listen({
      message: (text) => this.#receive(text),
      unreadable: (why) => this.#fail(`the kernel sent what cannot be read: ${why}`),
      drained: () => undefined,
      closed: (error) =>
        this.#finish(new StintError('PROTOCOL', 'the connection to the kernel is gone', { cause: error })),
    });
  }

  async request(method: string, params: object, { signal, listener }: RequestOptions = {}): Promise<unknown> {
    if (this.#end !== undefined) throw this.#end;
    if (signal?.aborted === true) throw cancelled(signal.reason);
    this.#lastId += 1;
    const id = this.#lastId;
    const listening = listener && new Listening(listener, (reason) => this.#cancel(id, reason));
    const wanted = listening?.wanted === true ? { _meta: { progressToken: id } } : {};
    const answered = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject, listening }));
    try {
      this.#send({ id, method, params: { ...writtenParams(params), ...wanted } });
    } catch (error) {
      this.#waiting.delete(id);
      throw error;
    }
    const forget = signal && onAbort(signal, () => this.#cancel(id, signal.reason));
    try {
      const value = await answered;
      await listening?.taken(signal);
      return value;
    } finally {
      forget?.();
    }
  }

  async close(): Promise<void> {
    // Whoever only ends its half still waits for its answers.
    for (const id of this.#waiting.keys()) this.#cancel(id, 'the client was closed');
    this.#wire.end();
    this.#finish(new StintError('CANCELLED', 'the client was closed'));
    await this.closed;
  }

  #cancel(requestId: number, reason: unknown): void {
    // It is short, and makes what waits to be sent less: so it is sent in any case.
    if (this.#waiting.has(requestId)) this.#wire.send(textOf(cancellation(requestId, reason)));
  }

  #send(message: object): void {
    const text = textOf(message);
    // A message that is too long would be answered without its id.
    if (text.length > this.longest || (text.length * 3 > this.longest && Buffer.byteLength(text) > this.longest)) {
      throw new StintError(
        'INVALID_ARGUMENT',
        `the request is longer than the ${this.longest} bytes that the kernel takes`,
      );
    }
    if (this.#wire.unsent > MOST_UNSENT) {
      throw new StintError('QUEUE_FULL', `${this.#wire.unsent} bytes wait to be sent: the kernel does not read them`);
    }
    this.#wire.send(text);
  }

  #receive(text: string): void {
    if (this.#end !== undefined) return;
    try {
      const message = readMessage(text);
      if (!('method' in message)) this.#answered(message);
      else if ('id' in message) this.#fail('the kernel asked something of its client');
      else this.#told(message);
    } catch (error) {
      this.#fail(`the kernel sent what cannot be read: ${(error as Error).message}`);
    }
  }

  #answered(response: RpcResponse): void {
    const waiting = this.#waiting.get(response.id as number);
    if (waiting === undefined) {
      const why = 'error' in response ? `: ${response.error.message}` : '';
      this.#fail(`the kernel answered request ${JSON.stringify(response.id)}, which nobody waits for${why}`);
      return;
    }
    const value = 'error' in response ? undefined : fromJsonForm(response.result);
    this.#waiting.delete(response.id as number);
    if ('error' in response) waiting.reject(fromRpcError(response.error));
    else waiting.resolve(value);
  }

  #told(notification: RpcNotification): void {
    const { progressToken } = (notification.params ?? {}) as { progressToken?: unknown };
    tell(notification, this.#waiting.get(progressToken as number)?.listening, this.news);
  }

  #fail(why: string): void {
    this.#wire.destroy();
    this.#finish(new StintError('PROTOCOL', why));
  }

  #finish(error: StintError): void {
    if (this.#end !== undefined) return;
    this.#end = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.#tellClosed(error.code === 'CANCELLED' ? undefined : error);
  }
}

function textOf(message: object): string {
  return JSON.stringify({ jsonrpc: '2.0', ...message });
}
