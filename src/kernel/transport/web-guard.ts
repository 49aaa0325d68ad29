import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { type HostPort, hostPortText } from './address.js';
import { bearer } from './token.js';

/** What a web server lets through. */
export interface WebRules {
  /** Where it listens. */
  readonly bound: HostPort;
  /** Names, with port, by which it may be called beside its own address. */
  readonly hosts: readonly string[];
  /** Origins of web pages that may use it, as browsers send them. */
  readonly origins: readonly string[];
  /** Undefined: whoever reaches it may use it. */
  readonly isToken: ((token: unknown) => boolean) | undefined;
}

/** Why a request is refused, as HTTP says it. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly why: string;
}

/**
 * What keeps web pages out that a user happens to have open, and those who do not know the token. A page that has its own name resolve
 * to this machine (DNS rebinding) is known by the `Host` that it sends; any other page by its `Origin`.
 */
export function refusalOf({ headers }: IncomingMessage, rules: WebRules): Refusal | undefined {
  const { host, origin, authorization } = headers;
  if (!isOwnHost(host, rules))
    return { status: 403, why: `the host ${String(host).slice(0, 100)} is none of this server's` };
  if (origin !== undefined && !isOwnOrigin(origin, host as string, rules)) {
    return { status: 403, why: `pages of ${origin.slice(0, 100)} may not use this server` };
  }
  if (rules.isToken?.(bearer(authorization)) === false) {
    return {
      status: 401,
      why: 'the token is missing or wrong: send Authorization: Bearer and the token of the connection file',
    };
  }
  return undefined;
}

function isOwnHost(host: string | undefined, { bound, hosts }: WebRules): boolean {
  if (host === undefined) return false;
  const name = host.toLowerCase();
  if (hosts.includes(name) || name === hostPortText(bound).toLowerCase()) return true;
  const { port } = bound;
  if (isAny(bound.host) && isIP(name.slice(0, -`:${port}`.length).replace(/^\[|\]$/g, '')) !== 0) return true;
  return isAny(bound.host) || isLoopback(bound.host)
    ? [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`].includes(name)
    : false;
}

function isOwnOrigin(origin: string, host: string, { origins }: WebRules): boolean {
  return origins.includes(origin) || origin === `http://${host}` || origin === `https://${host}`;
}

function isAny(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
