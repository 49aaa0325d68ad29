import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { describe } from '../../errors/describe.js';
import { invalid } from '../../errors/invalid.js';
import { isStintError, StintError } from '../../errors/stint-error.js';
import { type OptionReader, readOptions, readSignal } from '../../runtime/read-options.js';
import { type Duration, parseDuration } from '../../runtime/units.js';
import { onAbort } from '../../scope/on-abort.js';
import { KernelClient, type ServerInfo } from '../client/kernel-client.js';
import type { Requester } from '../client/requester.js';
import { WireRequester } from '../client/wire-requester.js';
import { PROTOCOL_VERSION } from '../methods/server.js';
import { StreamWire } from '../stream-wire.js';
import { readAddress } from './address.js';
import { type ConnectionFile, checkConnection, readConnectionFile } from './connection-file.js';
import type { StreamPair } from './listen-options.js';

/** How to connect to a kernel. */
export interface ConnectOptions {
  /** What the kernel wants to hear; in a connection file already. */
  readonly token?: string;
  /** How long it may take to connect. Default 10 s. */
  readonly timeout?: Duration;
  /** Gives up connecting when it aborts. */
  readonly signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** The longest message that is taken from a kernel, in bytes: results may be longer than what it takes. */
const LONGEST_ANSWER = 256 * 1024 ** 2;

/** It is not told in an error. */
const readSecret: OptionReader<string> = (value, name) => {
  if (typeof value !== 'string' || value === '') throw invalid(name, '…', 'a text that is not empty');
  return value;
};

/**
 * Connects to a kernel: to an address (`unix:/path`, `tcp://host:port`, `ws://...`, `http://...`), to what a connection file or its path
 * says, or over two streams.
 *
 * @throws StintError `INVALID_ARGUMENT` if nothing listens there; `UNAUTHORIZED`; `TIMEOUT`; `PROTOCOL` if it is no kernel
 */
export async function connect(
  to: string | ConnectionFile | StreamPair,
  options?: ConnectOptions,
): Promise<KernelClient> {
  const { token, timeout, signal } = readOptions(options, 'options', {
    token: readSecret,
    timeout: parseDuration,
    signal: readSignal,
  });
  const patience = AbortSignal.timeout(timeout ?? DEFAULT_TIMEOUT_MS);
  const both = signal === undefined ? patience : AbortSignal.any([patience, signal]);
  const requester = await open(to, token, both);
  try {
    const greeting = {
      protocolVersion: PROTOCOL_VERSION,
      ...(requester.token === undefined ? {} : { token: requester.token }),
    };
    const { limits } = readGreeting(await beforeAbort(requester.way.request('initialize', greeting), both));
    if (requester.way instanceof WireRequester) requester.way.longest = limits.message;
    return new KernelClient(requester.way);
  } catch (error) {
    await requester.way.close();
    throw error;
  }
}

/** What a kernel of this version has said. One of another version, or something else, might mean other things by the same words. */
function readGreeting(value: unknown): ServerInfo {
  const { protocolVersion, limits } = (value ?? {}) as Partial<ServerInfo>;
  if (protocolVersion === PROTOCOL_VERSION && typeof limits?.message === 'number') return value as ServerInfo;
  throw new StintError(
    'PROTOCOL',
    `what answers is no kernel that speaks '${PROTOCOL_VERSION}': it says ${describe(protocolVersion)}; use the version of stint that it is of`,
  );
}

interface Opened {
  readonly way: Requester;
  /** To be said in the first request, where the transport has not said it. */
  readonly token?: string | undefined;
}

async function open(
  to: string | ConnectionFile | StreamPair,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Opened> {
  if (typeof to !== 'string') {
    if (typeof to !== 'object' || to === null)
      throw invalid('to', to, 'an address, a connection, or an object { input, output } of streams');
    if (!('input' in to)) {
      const connection = checkConnection(to, 'the connection');
      return open(connection.address, token ?? connection.token, signal);
    }
    if (typeof to.input?.on !== 'function' || typeof to.output?.write !== 'function')
      throw invalid('to', to, 'an object { input, output } of streams');
    return { way: new WireRequester(new StreamWire(to.input, to.output, LONGEST_ANSWER)) };
  }
  const address = await readAddress(to);
  switch (address.kind) {
    case 'file': {
      const connection = await readConnectionFile(address.path);
      return open(connection.address, token ?? connection.token, signal);
    }
    case 'unix':
      return { way: await overSocket(connectSocket(address.path), to, signal), token };
    case 'tcp':
      return {
        way: await overSocket(connectSocket({ ...address, noDelay: true, keepAlive: true }), to, signal),
        token,
      };
    case 'websocket':
      return { way: await overWebSocket(address.url, token, signal) };
    case 'http': {
      const { HttpRequester } = await import('../client/http-requester.js');
      return { way: new HttpRequester(new URL('/rpc', address.url), token, LONGEST_ANSWER) };
    }
  }
}

async function overSocket(socket: Socket, address: string, signal: AbortSignal): Promise<Requester> {
  try {
    await once(socket, 'connect', { signal });
  } catch (error) {
    socket.destroy();
    throw notThere(address, error, signal);
  }
  return new WireRequester(new StreamWire(socket, socket, LONGEST_ANSWER));
}

async function overWebSocket(url: string, token: string | undefined, signal: AbortSignal): Promise<Requester> {
  const [{ default: WebSocket }, { WebSocketWire }] = await Promise.all([import('ws'), import('../websocket-wire.js')]);
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket = new WebSocket(url, { headers, maxPayload: LONGEST_ANSWER, perMessageDeflate: false });
  // Frames that come with the answer to the handshake are told before this function goes on.
  const way = new WireRequester(new WebSocketWire(socket));
  try {
    await once(socket, 'open', { signal });
  } catch (error) {
    socket.on('error', () => undefined);
    socket.terminate();
    if (/\b401\b/.test((error as Error).message))
      throw new StintError('UNAUTHORIZED', `the token for ${url} is missing or wrong`);
    throw notThere(url, error, signal);
  }
  return way;
}

/** Settles as the promise does, or rejects when the signal aborts. */
async function beforeAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let forget: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    forget = onAbort(signal, () => reject(abortError(signal, 'the kernel')));
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    forget?.();
  }
}

function notThere(address: string, error: unknown, signal: AbortSignal): StintError {
  if (isStintError(error)) return error;
  if (signal.aborted) return abortError(signal, address);
  const { code, message } = error as NodeJS.ErrnoException;
  const why = code === 'ECONNREFUSED' || code === 'ENOENT' ? 'nobody listens there' : message;
  return new StintError('INVALID_ARGUMENT', `cannot connect to ${address}: ${why}`, { cause: error });
}

function abortError(signal: AbortSignal, address: string): StintError {
  if (isStintError(signal.reason)) return signal.reason;
  const isTime = (signal.reason as Error | undefined)?.name === 'TimeoutError';
  return new StintError(
    isTime ? 'TIMEOUT' : 'CANCELLED',
    `connecting to ${address} ${isTime ? 'took too long' : 'was cancelled'}`,
  );
}
