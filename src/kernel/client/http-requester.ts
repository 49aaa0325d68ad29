import { randomUUID } from 'node:crypto';
import { isStintError, StintError } from '../../errors/stint-error.js';
import { onAbort } from '../../scope/on-abort.js';
import { fromJsonForm } from '../../values/json-form.js';
import type { CallListener } from '../call.js';
import { readMessage } from '../json-rpc.js';
import { LineReader } from '../line-reader.js';
import { fromRpcError } from '../rpc-fault.js';
import { cancelled } from './direct-requester.js';
import { cancellation, Listening } from './listening.js';
import { tell } from './news.js';
import type { NewsListener, Requester, RequestOptions } from './requester.js';
import { writtenParams } from './written-params.js';

/** How long the kernel has to end a request that was cancelled. After that the exchange is given up. */
const MOST_CANCELLING_MS = 10_000;

/**
 * The way to a kernel over HTTP: one exchange a request. There are no events: nobody is there between two requests. A request is cancelled
 * by an exchange of its own, and still waits for its answer.
 */
export class HttpRequester implements Requester {
  readonly local = false;
  news: NewsListener | undefined;
  readonly #url: URL;
  readonly #token: string | undefined;
  readonly #longest: number;
  readonly #gone = new AbortController();
  /** Ids are told apart from those of other clients: a request is cancelled by its id, in another exchange. */
  readonly #name = randomUUID();
  #lastId = 0;
  #tellClosed!: (error: undefined) => void;
  readonly closed = new Promise<undefined>((resolve) => {
    this.#tellClosed = resolve;
  });

  /** @param longest the longest message that is taken, in bytes */
  constructor(url: URL, token: string | undefined, longest: number) {
    this.#url = url;
    this.#token = token;
    this.#longest = longest;
  }

  async request(method: string, params: object, { signal, listener }: RequestOptions = {}): Promise<unknown> {
    if (this.#gone.signal.aborted) throw cancelled(this.#gone.signal.reason);
    if (signal?.aborted === true) throw cancelled(signal.reason);
    this.#lastId += 1;
    const exchange = new Exchange(`${this.#name}-${this.#lastId}`, (body, until) => this.#post(body, until));
    const listening = listener && new Listening(listener, (reason) => exchange.cancel(reason));
    const wanted = listening?.wanted === true ? { _meta: { progressToken: exchange.id } } : {};
    const forget = signal && onAbort(signal, () => exchange.cancel(signal.reason));
    try {
      const body = await exchange.open({ method, params: { ...writtenParams(params), ...wanted } });
      const value = await this.#read(body, exchange.id, listening);
      await listening?.taken(signal);
      return value;
    } catch (error) {
      if (isStintError(error)) throw error;
      if (this.#gone.signal.aborted) throw cancelled(this.#gone.signal.reason);
      if (exchange.given.aborted) throw cancelled(exchange.given.reason);
      const { cause } = error as Error;
      const why = (cause as Error | undefined)?.message ?? (error as Error).message;
      throw new StintError('PROTOCOL', `the kernel at ${this.#url.origin} cannot be reached: ${why}`, { cause: error });
    } finally {
      forget?.();
      exchange.end();
    }
  }

  async close(): Promise<void> {
    this.#gone.abort(new StintError('CANCELLED', 'the client was closed'));
    this.#tellClosed(undefined);
  }

  #post(message: object, until: AbortSignal): Promise<Response> {
    return fetch(this.#url, {
      method: 'POST',
      body: `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`,
      headers: {
        'content-type': 'application/x-ndjson',
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
      },
      signal: AbortSignal.any([this.#gone.signal, until]),
      redirect: 'error',
    });
  }

  async #read(body: AsyncIterable<Uint8Array>, id: string, listener: CallListener | undefined): Promise<unknown> {
    let answer: { value: unknown } | { error: StintError } | undefined;
    const fail = (why: string): void => {
      answer ??= { error: new StintError('PROTOCOL', `the kernel sent what cannot be read: ${why}`) };
    };
    const lines = new LineReader(this.#longest, {
      line(text) {
        const message = readMessage(text);
        if ('method' in message) tell(message, listener);
        else if (message.id !== id && !('error' in message)) fail(`an answer to request ${message.id}`);
        else if ('error' in message) answer ??= { error: fromRpcError(message.error) };
        else answer ??= { value: fromJsonForm(message.result) };
      },
      unreadable: fail,
    });
    try {
      for await (const chunk of body) lines.add(Buffer.from(chunk));
    } catch (error) {
      if (answer === undefined) throw error;
    }
    if (answer === undefined) throw new StintError('PROTOCOL', 'the kernel ended the exchange without an answer');
    if ('error' in answer) throw answer.error;
    return answer.value;
  }
}

/** One request on its way. */
class Exchange {
  readonly id: string;
  readonly #post: (message: object, until: AbortSignal) => Promise<Response>;
  readonly #given = new AbortController();
  /** Settles when the kernel has the request: before that it could not be cancelled there. */
  #opened: Promise<Response> | undefined;
  #bound: NodeJS.Timeout | undefined;

  constructor(id: string, post: (message: object, until: AbortSignal) => Promise<Response>) {
    this.id = id;
    this.#post = post;
  }

  /** Aborts when it is given up. */
  get given(): AbortSignal {
    return this.#given.signal;
  }

  /** Sends the request; gives what comes back. @throws StintError `UNAUTHORIZED`, `PROTOCOL` */
  async open(message: object): Promise<AsyncIterable<Uint8Array>> {
    this.#opened = this.#post({ id: this.id, ...message }, this.given);
    const response = await this.#opened;
    const { status, body } = response;
    if (status === 200 && body !== null) return body;
    const why = (await response.text()).trim().slice(0, 200);
    throw new StintError(status === 401 || status === 403 ? 'UNAUTHORIZED' : 'PROTOCOL', `${status} ${why}`);
  }

  /** Has the kernel end the request. What it does not end in time is given up. */
  cancel(reason: unknown): void {
    if (this.#bound !== undefined) return;
    this.#bound = setTimeout(() => this.#given.abort(reason), MOST_CANCELLING_MS);
    this.#bound.unref();
    this.#tellCancelled(reason).catch(() => this.#given.abort(reason));
  }

  /** It is answered, or has failed. */
  end(): void {
    clearTimeout(this.#bound);
  }

  async #tellCancelled(reason: unknown): Promise<void> {
    await this.#opened;
    const { body } = await this.#post(cancellation(this.id, reason), this.given);
    await body?.cancel();
  }
}
