/**
 * The HTTP of one script.
 *
 * 1. At most 64 requests are under way, and what they hold is bounded all together.
 * 2. A connection that no request needs is gone after a second.
 * 3. After `abandon` no socket is left and no promise settles.
 */
import type { Socket } from 'node:net';
import type { Agent, Dispatcher, Response } from 'undici';
import type { Value } from '../values/value.js';
import type { HeldBytes } from './held-bytes.js';
import { readBody } from './http-body.js';
import { httpFailure } from './http-failure.js';
import { type HttpRequest, readHttpRequest } from './http-request.js';
import type { NetGuard } from './net-guard.js';
import { failure } from './refusal.js';

const MOST_REQUESTS = 64;
const MOST_REDIRECTS = 10;
const IDLE_MS = 1000;

type Undici = typeof import('undici');
type GuardedConnector = typeof import('./http-connector.js').guardedConnector;

export class HttpClient {
  readonly #guard: NetGuard;
  readonly #held: HeldBytes;
  readonly #sockets = new Set<Socket>();
  /** The requests under way, with their timers. */
  readonly #requests = new Map<AbortController, NodeJS.Timeout | undefined>();
  #agent: Agent | undefined;
  #abandoned = false;

  constructor(guard: NetGuard, held: HeldBytes) {
    this.#guard = guard;
    this.#held = held;
  }

  get pending(): number {
    return this.#requests.size;
  }

  request(argument: Value): Promise<Value> {
    const request = readHttpRequest(argument);
    if (this.#requests.size >= MOST_REQUESTS) {
      throw failure(`http.request: a script can have at most ${MOST_REQUESTS} requests under way`);
    }
    const controller = new AbortController();
    this.#requests.set(controller, startTimer(request, controller));
    return new Promise((resolve, reject) => {
      this.#carryOut(request, controller).then(
        (value) => {
          if (this.#settle(controller)) resolve(value);
        },
        (error: unknown) => {
          if (this.#settle(controller)) reject(httpFailure(request.url, error));
        },
      );
    });
  }

  abandon(): void {
    this.#abandoned = true;
    for (const [controller, timer] of this.#requests) {
      clearTimeout(timer);
      controller.abort();
    }
    this.#requests.clear();
    for (const socket of this.#sockets) socket.destroy();
    this.#agent?.destroy().catch(ignore);
  }

  /** Whether anybody still waits for this request. */
  #settle(controller: AbortController): boolean {
    clearTimeout(this.#requests.get(controller));
    return this.#requests.delete(controller);
  }

  async #carryOut(request: HttpRequest, controller: AbortController): Promise<Value> {
    const { url, method, headers, body, redirect } = request;
    const sent = body === null ? 0 : Buffer.byteLength(body);
    this.#held.take(sent, 'http.request');
    try {
      // Loaded by the first request: it takes longer than a short script does.
      const [undici, { guardedConnector }] = await Promise.all([import('undici'), import('./http-connector.js')]);
      if (this.#abandoned) throw failure('the script has ended');
      const dispatcher = limitRedirects(this.#agentOf(undici, guardedConnector));
      const { signal } = controller;
      const response = await undici.fetch(url, { method, headers, body, redirect, signal, dispatcher });
      return await toValue(response, url, this.#held);
    } finally {
      this.#held.give(sent);
    }
  }

  #agentOf({ Agent }: Undici, guardedConnector: GuardedConnector): Agent {
    this.#agent ??= new Agent({
      connect: guardedConnector(this.#guard, this.#sockets),
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
    });
    return this.#agent;
  }
}

function startTimer({ timeout }: HttpRequest, controller: AbortController): NodeJS.Timeout | undefined {
  if (timeout === undefined) return undefined;
  return setTimeout(() => controller.abort(failure(`it was not done after ${timeout} ms`)), Math.ceil(timeout));
}

/** `fetch` follows 20 redirects, a script 10: each of them is one more dispatch. */
function limitRedirects(agent: Agent): Dispatcher {
  let dispatches = 0;
  return agent.compose((dispatch) => (options, handler) => {
    dispatches += 1;
    if (dispatches > MOST_REDIRECTS + 1) throw failure(`there were more than ${MOST_REDIRECTS} redirects`);
    return dispatch(options, handler);
  });
}

async function toValue(response: Response, asked: string, held: HeldBytes): Promise<Value> {
  const { status, statusText, ok, redirected } = response;
  const headers: [string, Value][] = [...response.headers];
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers.push(['set-cookie', cookies]);
  const body = await readBody(response, held);
  return { status, statusText, ok, url: response.url || asked, redirected, headers: Object.fromEntries(headers), body };
}

function ignore(): void {
  // What was under way fails when the agent is destroyed; nobody waits for it.
}
