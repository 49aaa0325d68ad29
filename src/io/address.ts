import { isIPv4, isIPv6 } from 'node:net';

/** An IP address in the one spelling that it has here: IPv6 compressed and in lower case, IPv4-mapped ones as IPv4. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** Reads an IP address. A zone id (`fe80::1%eth0`) is none: it names an interface of this machine. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { address: text, family: 4 };
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const address = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const mapped = MAPPED.exec(address);
  if (mapped === null) return { address, family: 6 };
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
  return { address: [high >> 8, high & 255, low >> 8, low & 255].join('.'), family: 4 };
}

/** An address or name with a port, as it is written in patterns and messages. */
export function hostAndPort(host: string, port: number | string): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
