/**
 * One connection of a client: its messages to requests, and what comes of them back.
 *
 * 1. A request that could be read gets exactly one answer, and gets it here.
 * 2. Ids mean something within the connection only; where connections are no clients, one that is a text can be cancelled from another
 *    one too. One that is in flight cannot be used again.
 * 3. A message that breaks the protocol gets an error, with `id: null` where the id is not known; a notification gets nothing, whatever is
 *    wrong with it. The connection goes on.
 * 4. Before it has said who it is, a client can do nothing but that; it has `limits.handshake` for it, and one try.
 * 5. No more than `limits.unsent` waits for a client that does not read: from half of that on it is not listened to and gets no news.
 *    No text is made of an answer to one that is gone.
 */
import { isStintError, StintError } from '../errors/stint-error.js';
import { fromJsonForm, toJsonForm } from '../values/json-form.js';
import type { Account, Principal } from './account.js';
import type { CallListener, ClientListener } from './call.js';
import { type RequestId, RPC_CODES, type RpcErrorObject, type RpcRequest, readMessage } from './json-rpc.js';
import type { ResolvedKernelLimits } from './limits.js';
import type { LogLevel } from './log.js';
import type { Peer } from './peer.js';
import { NotificationFault, RpcFault, toRpcError } from './rpc-fault.js';
import type { KernelCounter } from './stats.js';
import type { Wire } from './wire.js';

/** What a connection needs of its kernel. */
export interface ConnectionHost {
  readonly limits: ResolvedKernelLimits;
  readonly counter: KernelCounter;
  admit(client: ClientKind, listener: ClientListener): Peer;
}

/** What the clients of one listener have in common. */
export interface ClientKind {
  readonly principal: Principal;
  /** What a client has to say to be let in; undefined where the transport has settled that. */
  readonly isToken?: ((token: unknown) => boolean) | undefined;
  /** Where connections are no clients: what all of them together use. */
  readonly account?: Account;
  /** There too: what can be cancelled from another connection, by the texts that are ids. */
  readonly cancellable?: Map<string, AbortController>;
}

/** See the top of the file. */
export class Connection implements ClientListener {
  readonly #host: ConnectionHost;
  readonly #wire: Wire;
  readonly #kind: ClientKind;
  readonly #onClose: (connection: Connection) => void;
  readonly #inFlight = new Map<RequestId, AbortController>();
  #peer: Peer | undefined;
  #handshake: NodeJS.Timeout | undefined;
  #paused = false;
  /** Streams that wait for the client. */
  readonly #waiters: (() => void)[] = [];
  #closed = false;

  /** @param onClose called when it has ended */
  constructor(host: ConnectionHost, wire: Wire, kind: ClientKind, onClose: (connection: Connection) => void) {
    this.#host = host;
    this.#wire = wire;
    this.#kind = kind;
    this.#onClose = onClose;
    if (kind.isToken === undefined) this.#peer = host.admit(kind, this);
    else
      this.#handshake = setTimeout(
        () => this.#refuse('the client did not say who it is in time'),
        host.limits.handshake,
      );
    this.#handshake?.unref();
    wire.listen({
      message: (text) => this.#receive(text),
      unreadable: (why) => this.#fault(new RpcFault(RPC_CODES.request, why)),
      drained: () => this.#resume(),
      closed: () => this.#end('the client is gone'),
    });
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Stops taking requests and cancels those in flight; closes when they are answered. */
  async close(reason: string): Promise<void> {
    if (this.#closed) return;
    this.#wire.pause();
    const peer = this.#peer;
    peer?.end(reason);
    for (const controller of this.#inFlight.values()) controller.abort(new StintError('CANCELLED', reason));
    await peer?.drained();
    this.#wire.end();
    this.#end(reason);
  }

  /** Closes at once. */
  destroy(): void {
    this.#wire.destroy();
    this.#end('the connection was closed');
  }

  event(topic: string, data: unknown): void {
    this.#news('notifications/event', { topic, data });
  }

  log(level: LogLevel, logger: string, data: unknown): void {
    this.#news('notifications/message', { level, logger, data });
  }

  #receive(text: string): void {
    if (this.#closed) return;
    try {
      const message = readMessage(text);
      if (!('method' in message))
        throw new RpcFault(RPC_CODES.request, 'a response to nothing: the kernel asks nothing');
      if ('id' in message) this.#request(message);
      else this.#notification(message.method, message.params as Record<string, unknown> | undefined);
    } catch (error) {
      this.#fault(error instanceof RpcFault ? error : new RpcFault(RPC_CODES.internal, (error as Error).message));
    }
    this.#rest();
    if (this.#inFlight.size === 0) this.#wire.rest();
  }

  #request({ id, method, params = {} }: RpcRequest): void {
    if (this.#inFlight.has(id)) {
      throw new RpcFault(
        RPC_CODES.request,
        `the id ${JSON.stringify(id)} belongs to a request that is not answered yet`,
      );
    }
    if (this.#peer === undefined && !this.#introduce(id, method, params)) return;
    const peer = this.#peer as Peer;
    let result: unknown;
    try {
      const { _meta, ...others } = fromJsonForm(params) as { _meta?: { progressToken?: unknown } };
      const controller = new AbortController();
      result = peer.perform(method, others, controller.signal, this.#listenerFor(_meta?.progressToken));
      if (result instanceof Promise) {
        this.#begin(id, controller);
        this.#answerLater(id, result);
        return;
      }
    } catch (error) {
      this.#respond(id, undefined, toRpcError(error));
      return;
    }
    this.#respond(id, result);
  }

  async #answerLater(id: RequestId, result: Promise<unknown>): Promise<void> {
    try {
      const value = await result;
      this.#finish(id);
      this.#respond(id, value);
    } catch (error) {
      this.#finish(id);
      this.#respond(id, undefined, toRpcError(error));
    }
    if (this.#inFlight.size === 0) this.#wire.rest();
  }

  #begin(id: RequestId, controller: AbortController): void {
    this.#inFlight.set(id, controller);
    const { cancellable } = this.#kind;
    if (typeof id === 'string' && cancellable?.has(id) === false) cancellable.set(id, controller);
  }

  #finish(id: RequestId): void {
    const { cancellable } = this.#kind;
    const controller = this.#inFlight.get(id);
    this.#inFlight.delete(id);
    if (controller !== undefined && cancellable?.get(id as string) === controller) cancellable.delete(id as string);
  }

  /** Invariant 4. */
  #introduce(id: RequestId, method: string, params: object): boolean {
    if (method === 'initialize' && this.#kind.isToken?.((params as { token?: unknown }).token) === true) {
      clearTimeout(this.#handshake);
      this.#peer = this.#host.admit(this.#kind, this);
      return true;
    }
    const why = method === 'initialize' ? 'the token is wrong' : 'the first request must be initialize, with a token';
    this.#respond(id, undefined, toRpcError(new StintError('UNAUTHORIZED', why)));
    this.#refuse(why);
    return false;
  }

  #notification(method: string, params: Record<string, unknown> = {}): void {
    if (this.#peer === undefined) {
      this.#refuse('a notification before initialize');
    } else if (method === 'notifications/cancelled') {
      const { requestId, reason } = params;
      const text = typeof reason === 'string' ? reason : 'the client cancelled the request';
      // It may have been answered already: then there is nothing to do.
      const known = this.#inFlight.get(requestId as RequestId) ?? this.#kind.cancellable?.get(requestId as string);
      known?.abort(new StintError('CANCELLED', text));
    } else if (method !== 'notifications/initialized') {
      throw new NotificationFault(RPC_CODES.method, `there is no notification ${JSON.stringify(method.slice(0, 100))}`);
    }
  }

  #listenerFor(token: unknown): CallListener {
    if (typeof token !== 'string' && typeof token !== 'number') return {};
    return {
      progress: ({ done, ...others }) =>
        this.#news('notifications/progress', { progressToken: token, progress: done, ...others }),
      part: (value) => {
        const params = toJsonForm({ progressToken: token, value });
        this.#sendText(this.#textOf({ method: 'notifications/part', params }));
        return this.#readable();
      },
      output: (text, stream) =>
        this.#send({ method: 'notifications/output', params: { progressToken: token, stream, text } }),
    };
  }

  #respond(id: RequestId | null, result: unknown, error?: RpcErrorObject): void {
    if (this.#closed) return;
    if (error === undefined) this.#sendText(this.#answerOf(id, result));
    else this.#send({ id, error });
  }

  #answerOf(id: RequestId | null, result: unknown): string {
    try {
      return this.#textOf({ id, result: toJsonForm(result) ?? null });
    } catch (thrown) {
      // What JSON cannot hold: too deep, a cycle, or longer than a text can be.
      const message = `the result cannot be sent: ${(thrown as Error).message}`;
      const code = isStintError(thrown, 'OUTPUT_LIMIT') ? 'OUTPUT_LIMIT' : 'VALUE_NOT_TRANSFERABLE';
      return this.#textOf({ id, error: toRpcError(new StintError(code, message)) });
    }
  }

  /** @throws StintError `OUTPUT_LIMIT` for what no client could take, however fast it reads */
  #textOf(message: object): string {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    const { unsent } = this.#host.limits;
    if (Buffer.byteLength(text) <= unsent) return text;
    throw new StintError('OUTPUT_LIMIT', `it has more than ${unsent} bytes; ask for less, or raise limits.unsent`);
  }

  /** What a client can do without. */
  #news(method: string, params: object): void {
    if (this.#wire.unsent <= this.#host.limits.unsent / 2) this.#send({ method, params: toJsonForm(params) });
  }

  #send(message: object): void {
    this.#sendText(JSON.stringify({ jsonrpc: '2.0', ...message }));
  }

  #sendText(text: string): void {
    if (this.#closed) return;
    this.#wire.send(text);
    if (this.#wire.unsent > this.#host.limits.unsent) {
      this.#host.counter.refused += 1;
      this.destroy();
    }
  }

  #fault(fault: RpcFault): void {
    this.#host.counter.faults += 1;
    if (!(fault instanceof NotificationFault)) this.#respond(fault.id, undefined, toRpcError(fault));
    if (this.#peer === undefined) this.#refuse(fault.message);
    this.#rest();
  }

  #refuse(reason: string): void {
    if (this.#closed) return;
    this.#host.counter.refused += 1;
    this.#wire.end();
    this.#end(reason);
  }

  /** Settles when the client has taken enough of what was sent. Undefined if it has. */
  #readable(): Promise<void> | undefined {
    if (this.#closed || this.#wire.unsent <= this.#host.limits.unsent / 2) return undefined;
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Invariant 5. */
  #rest(): void {
    if (this.#paused || this.#closed || this.#wire.unsent <= this.#host.limits.unsent / 2) return;
    this.#paused = true;
    this.#wire.pause();
  }

  #resume(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
    if (!this.#paused || this.#closed) return;
    this.#paused = false;
    this.#wire.resume();
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#handshake);
    for (const [id, controller] of this.#inFlight) {
      controller.abort(new StintError('CANCELLED', reason));
      this.#finish(id);
    }
    for (const waiter of this.#waiters.splice(0)) waiter();
    this.#peer?.end(reason);
    this.#onClose(this);
  }
}
