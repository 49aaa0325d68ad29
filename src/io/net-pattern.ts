import { BlockList } from 'node:net';
import { type Address, parseAddress } from './address.js';
import { parseHost } from './host.js';

const HIGHEST_PORT = 65_535;

/** What a host in a pattern stands for. */
type HostPattern =
  | { readonly kind: 'any' }
  | { readonly kind: 'address'; readonly address: string }
  /** Its family is compared too: to a `BlockList`, `::/0` has all of IPv4 in it. */
  | { readonly kind: 'network'; readonly list: BlockList; readonly family: 4 | 6 }
  | { readonly kind: 'name'; readonly name: string }
  /** `suffix` is `.example.com`. */
  | { readonly kind: 'subdomains'; readonly suffix: string };

/** Patterns that were parsed before: thousands of scripts have the same ones. Forgotten when there are too many. */
const parsed = new Map<string, NetPattern>();
const MOST_PARSED = 1000;

/** One entry of `permissions.net`: a host and the ports of it. */
export class NetPattern {
  readonly #host: HostPattern;
  readonly #low: number;
  readonly #high: number;

  /** @returns undefined if the text is no pattern */
  static parse(text: string): NetPattern | undefined {
    const known = parsed.get(text);
    if (known !== undefined) return known;
    const pattern = NetPattern.#parse(text);
    if (parsed.size >= MOST_PARSED) parsed.clear();
    if (pattern !== undefined) parsed.set(text, pattern);
    return pattern;
  }

  static #parse(text: string): NetPattern | undefined {
    const colon = text.lastIndexOf(':');
    const host = colon < 1 ? undefined : parseHostPattern(text.slice(0, colon));
    const ports = parsePorts(text.slice(colon + 1));
    return host === undefined || ports === undefined ? undefined : new NetPattern(host, ...ports);
  }

  private constructor(host: HostPattern, low: number, high: number) {
    this.#host = host;
    this.#low = low;
    this.#high = high;
  }

  hasPort(port: number): boolean {
    return port >= this.#low && port <= this.#high;
  }

  /** Whether it is about addresses, so that a name has to be resolved before one can tell. */
  get isOfAddresses(): boolean {
    return this.#host.kind === 'any' || this.#host.kind === 'address' || this.#host.kind === 'network';
  }

  /** Whether it is about every host. */
  get isOfAny(): boolean {
    return this.#host.kind === 'any';
  }

  hasAddress({ address, family }: Address): boolean {
    switch (this.#host.kind) {
      case 'any':
        return true;
      case 'address':
        return address === this.#host.address;
      case 'network':
        return family === this.#host.family && this.#host.list.check(address, nameOf(family));
      default:
        return false;
    }
  }

  hasName(name: string): boolean {
    if (this.#host.kind === 'subdomains') return name.endsWith(this.#host.suffix);
    return this.#host.kind === 'name' && name === this.#host.name;
  }
}

function parseHostPattern(text: string): HostPattern | undefined {
  if (text === '*') return { kind: 'any' };
  if (text.startsWith('*.')) {
    const host = parseHost(text.slice(2));
    return host?.kind === 'name' ? { kind: 'subdomains', suffix: `.${host.name}` } : undefined;
  }
  const network = /^(.+)\/(\d{1,3})$/.exec(text);
  if (network !== null) return parseNetwork(network[1] ?? '', Number(network[2]));
  // An IPv6 address needs its brackets: without them its last part looks like a port.
  if (text.includes(':') && !text.startsWith('[')) return undefined;
  const host = parseHost(text);
  if (host?.kind !== 'address') return host;
  return { kind: 'address', address: host.address.address };
}

function parseNetwork(text: string, prefix: number): HostPattern | undefined {
  const inBrackets = text.startsWith('[') && text.endsWith(']');
  const network = parseAddress(inBrackets ? text.slice(1, -1) : text);
  if (network === undefined || inBrackets !== text.includes(':')) return undefined;
  // A network of IPv4-mapped addresses is one of IPv4: its first 96 bits are the mapping.
  const length = inBrackets && network.family === 4 ? prefix - 96 : prefix;
  if (length < 0 || length > (network.family === 4 ? 32 : 128)) return undefined;
  const list = new BlockList();
  list.addSubnet(network.address, length, nameOf(network.family));
  return { kind: 'network', list, family: network.family };
}

function nameOf(family: 4 | 6): 'ipv4' | 'ipv6' {
  return family === 4 ? 'ipv4' : 'ipv6';
}

/** `0` is a listener's wish for any free port; it is within `*` and itself only. */
function parsePorts(text: string): [low: number, high: number] | undefined {
  if (text === '*') return [0, HIGHEST_PORT];
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (match === null) return undefined;
  const low = Number(match[1]);
  const high = Number(match[2] ?? low);
  if (high > HIGHEST_PORT || low > high || (low === 0 && match[2] !== undefined)) return undefined;
  return [low, high];
}
