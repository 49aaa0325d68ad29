import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { buildConnector } from 'undici';
import type { NetGuard, Target } from './net-guard.js';
import { pinned } from './pinned.js';
import { failure } from './refusal.js';

/** A server that does not answer is given up: not every request has a timeout. */
const PATIENCE_MS = 10_000;
const MOST_SOCKETS = 1024;

/**
 * Makes the connections of an HTTP client. Every one of them, that of a redirect too, passes the same check as one that
 * the script makes itself, and goes to the very address that was checked. TLS still proves the name.
 *
 * @param sockets takes every socket while it lives
 */
export function guardedConnector(guard: NetGuard, sockets: Set<Socket>): buildConnector.connector {
  return (options, callback) => {
    const isSecure = options.protocol === 'https:';
    const port = Number(options.port) || (isSecure ? 443 : 80);
    const fail = (error: unknown): void => callback(error as Error, null);
    const go = (target: Target): void => {
      const socket = isSecure
        ? openSecure(target, options.servername)
        : connectPlain({ ...pinned(target), noDelay: true });
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      announce(socket, isSecure ? 'secureConnect' : 'connect', callback);
    };
    try {
      if (sockets.size >= MOST_SOCKETS)
        throw failure(`a script can have at most ${MOST_SOCKETS} HTTP connections open`);
      const target = guard.connectable(options.hostname, port, 'the host of the URL');
      if (target instanceof Promise) target.then(go).catch(fail);
      else go(target);
    } catch (error) {
      fail(error);
    }
  };
}

/** @param servername the name in the request, without a port */
function openSecure(target: Target, servername: string | undefined): Socket {
  const options = { ...pinned(target), ALPNProtocols: ['http/1.1'], noDelay: true };
  // An address has no name to show; its certificate has to be for the address.
  const name = servername || (target.host === target.addresses[0]?.address ? '' : target.host);
  return connectTls(name === '' ? options : { ...options, servername: name });
}

/** Says once whether a socket got its connection. */
function announce(socket: Socket, event: 'connect' | 'secureConnect', callback: buildConnector.Callback): void {
  const timer = setTimeout(() => {
    socket.destroy(Object.assign(new Error('connect'), { code: 'ETIMEDOUT' }));
  }, PATIENCE_MS);
  const onError = (error: Error): void => callback(error, null);
  socket.once('error', onError).once(event, () => {
    clearTimeout(timer);
    socket.off('error', onError);
    callback(null, socket);
  });
  socket.once('close', () => clearTimeout(timer));
}
