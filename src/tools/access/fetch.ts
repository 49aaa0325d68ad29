import type { Socket } from 'node:net';
import type { Agent, Dispatcher, Response as UndiciResponse } from 'undici';
import { messageOf } from '../../errors/describe.js';
import { StintError } from '../../errors/stint-error.js';
import { guardedConnector } from '../../io/http-connector.js';
import { httpFailure } from '../../io/http-failure.js';
import type { NetGuard } from '../../io/net-guard.js';
import type { Gate } from './gate.js';
import type { FetchOptions } from './net-access.js';

const MOST_REDIRECTS = 10;
const IDLE_MS = 1000;

/** Headers that would ask the server that was checked for what another one has. */
const REFUSED_HEADERS = ['host', ':authority'];

/** Makes the `fetch` of one call: every connection passes the guard, and no body has more bytes than `limits.memory`. */
export function guardedFetch(
  gate: Gate,
  guard: NetGuard,
  sockets: Set<Socket>,
): (url: string, init: FetchOptions) => Promise<Response> {
  let agent: Agent | undefined;
  return async (url, init) => {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol)) {
      throw new StintError('TOOL_INPUT', `the URL is '${url.slice(0, 200)}'; it must begin with http:// or https://`);
    }
    const headers = readHeaders(init.headers);
    // Loaded by the first request: few tools make any.
    const undici = await import('undici');
    gate.enter('net', url);
    if (agent === undefined) {
      const made = new undici.Agent({
        connect: guardedConnector(guard, sockets),
        keepAliveTimeout: IDLE_MS,
        keepAliveMaxTimeout: IDLE_MS,
      });
      agent = made;
      gate.defer(() => made.destroy());
    }
    const { method = 'GET', body = null, redirect = 'follow' } = init;
    const signal = init.signal === undefined ? gate.signal : AbortSignal.any([gate.signal, init.signal]);
    try {
      const dispatcher = limitRedirects(agent);
      const response = await undici.fetch(parsed, { method, headers, body, redirect, signal, dispatcher });
      return bounded(response, url, gate.limits.memory);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw asTool(httpFailure(url, error), url);
    }
  };
}

/** What is wrong in the request itself is wrong input. */
function asTool(failure: StintError, url: string): StintError {
  if (failure.code !== 'INVALID_ARGUMENT') return failure;
  return new StintError('TOOL_INPUT', failure.message.replace(/^http\.request:/, `cannot request ${url}:`));
}

function readHeaders(headers: FetchOptions['headers'] = []): [string, string][] {
  const pairs = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  for (const [name] of pairs) {
    if (!REFUSED_HEADERS.includes(name.toLowerCase().trim())) continue;
    throw new StintError('TOOL_INPUT', `the header '${name}' cannot be set: it follows from the URL`);
  }
  return pairs.map(([name, value]): [string, string] => [name, value]);
}

/** `fetch` follows 20 redirects, a tool 10: each of them is one more dispatch. */
function limitRedirects(agent: Agent): Dispatcher {
  let dispatches = 0;
  return agent.compose((dispatch) => (options, handler) => {
    dispatches += 1;
    if (dispatches > MOST_REDIRECTS + 1) {
      throw new StintError('TOOL_FAILED', `there were more than ${MOST_REDIRECTS} redirects`);
    }
    return dispatch(options, handler);
  });
}

/** A response of the platform, whose body ends with an error past so many bytes, unpacked ones. */
function bounded(response: UndiciResponse, asked: string, most: number): Response {
  const { status, statusText, redirected } = response;
  const body =
    response.body === null
      ? null
      : (limited(response.body as ReadableStream<Uint8Array>, asked, most) as ReadableStream);
  const result = new Response(body, { status, statusText, headers: [...response.headers] });
  Object.defineProperties(result, { url: { value: response.url || asked }, redirected: { value: redirected } });
  return result;
}

function limited(body: ReadableStream<Uint8Array>, asked: string, most: number): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let total = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return;
        }
        total += value.byteLength;
        if (total <= most) {
          controller.enqueue(value);
          return;
        }
        const error = new StintError(
          'OUT_OF_MEMORY',
          `the body of ${asked} has more than ${most} bytes; raise limits.memory`,
        );
        controller.error(error);
        await reader.cancel(error);
      } catch (error) {
        controller.error(new StintError('TOOL_FAILED', `the body of ${asked} broke off: ${messageOf(error)}`));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
