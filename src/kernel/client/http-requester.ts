import { isStintError, StintError } from '../../errors/stint-error.js';
import { fromJsonForm, toJsonForm } from '../../values/json-form.js';
import type { CallListener } from '../call.js';
import { readMessage } from '../json-rpc.js';
import { LineReader } from '../line-reader.js';
import { fromRpcError } from '../rpc-fault.js';
import { cancelled } from './direct-requester.js';
import { tell } from './news.js';
import type { NewsListener, Requester, RequestOptions } from './requester.js';

/** The way to a kernel over HTTP: one exchange a request. There are no events: nobody is there between two requests. */
export class HttpRequester implements Requester {
  readonly local = false;
  news: NewsListener | undefined;
  readonly #url: URL;
  readonly #token: string | undefined;
  readonly #longest: number;
  readonly #gone = new AbortController();
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
    const own = this.#gone.signal;
    const both = signal === undefined ? own : AbortSignal.any([own, signal]);
    if (both.aborted) throw cancelled(both.reason);
    this.#lastId += 1;
    const id = this.#lastId;
    const wanted = listener === undefined || Object.keys(listener).length === 0 ? {} : { _meta: { progressToken: id } };
    const message = { jsonrpc: '2.0', id, method, params: { ...(toJsonForm(params) as object), ...wanted } };
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        body: `${JSON.stringify(message)}\n`,
        headers: {
          'content-type': 'application/x-ndjson',
          ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        },
        signal: both,
        redirect: 'error',
      });
      if (response.status === 200 && response.body !== null) return await this.#read(response.body, id, listener);
      const why = (await response.text()).trim().slice(0, 200);
      throw new StintError(
        response.status === 401 || response.status === 403 ? 'UNAUTHORIZED' : 'PROTOCOL',
        `${response.status} ${why}`,
      );
    } catch (error) {
      if (isStintError(error)) throw error;
      if (both.aborted) throw cancelled(both.reason);
      const { cause } = error as Error;
      const why = (cause as Error | undefined)?.message ?? (error as Error).message;
      throw new StintError('PROTOCOL', `the kernel at ${this.#url.origin} cannot be reached: ${why}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    this.#gone.abort(new StintError('CANCELLED', 'the client was closed'));
    this.#tellClosed(undefined);
  }

  async #read(body: AsyncIterable<Uint8Array>, id: number, listener: CallListener | undefined): Promise<unknown> {
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
