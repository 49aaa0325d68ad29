import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { invalid } from '../../errors/invalid.js';
import { StintError } from '../../errors/stint-error.js';
import { hostAndPort } from '../../io/address.js';

/** Where a kernel listens, or is to be reached. */
export type KernelAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'websocket' | 'http'; readonly url: string }
  | { readonly kind: 'file'; readonly path: string };

/** A host and a port. Port 0: any that is free. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

const SCHEMES: Record<string, 'websocket' | 'http'> = {
  'ws:': 'websocket',
  'wss:': 'websocket',
  'http:': 'http',
  'https:': 'http',
};

/** Reads `host:port`, `[::1]:port`, or an object of both. @throws StintError `INVALID_ARGUMENT` */
export function readHostPort(value: unknown, name: string): HostPort {
  const expected = "'host:port', such as '127.0.0.1:4800' or '[::1]:0'";
  if (typeof value === 'object' && value !== null) {
    const { host = '127.0.0.1', port } = value as Partial<HostPort>;
    if (typeof host === 'string' && host !== '' && isPort(port)) return { host, port };
    throw invalid(name, value, `${expected}, or an object { host, port }`);
  }
  const match = typeof value === 'string' ? /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@\s]+)):(\d{1,5})$/i.exec(value) : null;
  const port = Number(match?.[3]);
  if (match === null || !isPort(port)) throw invalid(name, value, expected);
  return { host: (match[1] ?? match[2]) as string, port };
}

/** `host:port` again, with brackets where they are needed. */
export function hostPortText({ host, port }: HostPort): string {
  return hostAndPort(host, port);
}

/**
 * Reads an address: `unix:/path`, `tcp://host:port`, `ws://...`, `wss://...`, `http://...`, `https://...`, or a path, of a socket or of a
 * connection file.
 *
 * @throws StintError `INVALID_ARGUMENT`
 */
export async function readAddress(address: string): Promise<KernelAddress> {
  if (address.startsWith('unix:')) {
    const path = address.slice(address.startsWith('unix://') ? 7 : 5);
    if (path === '') throw invalid('address', address, "'unix:/path'");
    return { kind: 'unix', path };
  }
  if (address.startsWith('tcp://'))
    return { kind: 'tcp', ...readHostPort(address.slice(6).replace(/\/$/, ''), 'address') };
  const scheme = URL.canParse(address) ? SCHEMES[new URL(address).protocol] : undefined;
  if (scheme !== undefined) return { kind: scheme, url: address };
  if (!/[/\\.]/.test(address) || /^[a-z][a-z0-9+-]*:\/\//i.test(address)) {
    throw invalid(
      'address',
      address,
      "a path, or an address such as 'unix:/path', 'tcp://host:port', 'ws://host:port' or 'http://host:port'",
    );
  }
  const path = resolve(address);
  try {
    return { kind: (await stat(path)).isSocket() ? 'unix' : 'file', path };
  } catch (error) {
    throw new StintError('INVALID_ARGUMENT', `nothing listens at ${path}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function isPort(port: unknown): port is number {
  return typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65_535;
}
