/**
 * Decides what a script may connect to and listen on.
 *
 * 1. What is checked is what is used: the answer of a check is the addresses to go to, and a name is resolved once.
 * 2. A name that no pattern could permit is not resolved: the question alone would carry data out.
 * 3. The names that are being resolved are bounded: a question cannot be taken back, though its request may be long gone.
 * 4. No message names an address that the script did not name itself.
 * 5. Where `*` stands for public hosts only, a private address is permitted by itself or by its network, never by `*`.
 */
import { invalid } from '../errors/invalid.js';
import type { StintError } from '../errors/stint-error.js';
import { type Address, hostAndPort } from './address.js';
import { isLoopback, isPublic } from './address-kinds.js';
import { type Host, parseHost } from './host.js';
import { NetPattern } from './net-pattern.js';
import { denied, failure } from './refusal.js';
import { type Lookup, resolveName } from './resolve-name.js';
import { reasonOf } from './system-error.js';

/** Where a script may go: what it asked for, and the permitted addresses of that. */
export interface Target {
  /** The name or the address that was asked for, in canonical form. */
  readonly host: string;
  /** Host and port as they are written in messages. */
  readonly label: string;
  readonly port: number;
  /** At least one. */
  readonly addresses: readonly Address[];
}

/** What is to be done with a target, for messages. */
type Deed = 'connect to' | 'listen on';

/** Where the patterns come from, and what `*` stands for in them. */
export interface GuardWords {
  /** What the list is called in messages. */
  readonly list: string;
  readonly star: 'any host' | 'any public host';
}

const PERMISSIONS: GuardWords = { list: 'permissions.net', star: 'any host' };
const LOCALHOST = 'localhost';
const MOST_QUESTIONS = 1024;

export class NetGuard {
  readonly #texts: readonly string[];
  readonly #lookup: Lookup;
  readonly #words: GuardWords;
  #patterns: readonly NetPattern[] | undefined;
  /** Names that are being resolved. */
  #questions = 0;

  constructor(patterns: readonly string[], lookup: Lookup, words: GuardWords = PERMISSIONS) {
    this.#texts = patterns;
    this.#lookup = lookup;
    this.#words = words;
  }

  /**
   * The addresses of a host that may be connected to on one port or another.
   *
   * @throws StintError (or rejects with it) as `connectable`
   */
  async addressesOf(host: string): Promise<readonly Address[]> {
    return (await this.#target('connect to', readHost(host, 'host'), undefined)).addresses;
  }

  /** @throws StintError (or rejects with it) `PERMISSION_DENIED`, `INVALID_ARGUMENT`, or `SCRIPT_ERROR` for an unknown name */
  connectable(host: string, port: number, name = 'host'): Target | Promise<Target> {
    return this.#target('connect to', readHost(host, name), port);
  }

  /** As `connectable`. What is listened on has to be permitted as an address: a name permits only where to connect to. */
  listenable(host: string, port: number): Target | Promise<Target> {
    return this.#target('listen on', readHost(host, 'host'), port);
  }

  /** @param port undefined for any that a pattern has */
  #target(deed: Deed, host: Host, port: number | undefined): Target | Promise<Target> {
    const patterns = this.#withPort(port);
    if (host.kind === 'address') {
      const { address } = host;
      const label = hostAndPort(address.address, port ?? '*');
      if (!this.#permitsAddress(patterns, deed, address)) throw this.#denial(deed, label);
      return { host: address.address, label, port: port ?? 0, addresses: [address] };
    }
    const label = hostAndPort(host.name, port ?? '*');
    const named =
      (deed === 'connect to' || host.name === LOCALHOST) && patterns.some((pattern) => pattern.hasName(host.name));
    if (!named && !patterns.some((pattern) => pattern.isOfAddresses)) throw this.#denial(deed, label);
    return this.#resolve(deed, host.name, port ?? 0, label, patterns, named);
  }

  async #resolve(
    deed: Deed,
    name: string,
    port: number,
    label: string,
    patterns: readonly NetPattern[],
    named: boolean,
  ): Promise<Target> {
    const found = await this.#ask(deed, name, label);
    const addresses = found.filter(
      (address) =>
        this.#permitsAddress(patterns, deed, address) || (named && deed === 'connect to' && isMeantBy(name, address)),
    );
    if (addresses.length > 0) return { host: name, label, port, addresses };
    throw named && deed === 'connect to' ? this.#notPublic(label, port) : this.#denial(deed, label);
  }

  async #ask(deed: Deed, name: string, label: string): Promise<Address[]> {
    if (this.#questions >= MOST_QUESTIONS) {
      throw failure(`cannot ${deed} ${label}: ${MOST_QUESTIONS} names are being resolved already`);
    }
    this.#questions += 1;
    try {
      return await resolveName(name, this.#lookup);
    } catch (error) {
      throw failure(`cannot ${deed} ${label}: ${reasonOf(error)}`);
    } finally {
      this.#questions -= 1;
    }
  }

  #denial(deed: Deed, label: string): StintError {
    const { list } = this.#words;
    const why = this.#texts.length === 0 ? `${list} is empty` : `nothing in ${list} matches it`;
    return denied(`to ${deed} ${label}`, why, `add '${label}' to ${list}`);
  }

  #notPublic(label: string, port: number): StintError {
    return denied(
      `to connect to ${label}`,
      'the name leads to an address that is not public, and a name permits public ones only',
      `add that address, as '<address>:${port || '*'}', to ${this.#words.list}`,
    );
  }

  #permitsAddress(patterns: readonly NetPattern[], deed: Deed, address: Address): boolean {
    const isOpen = this.#words.star === 'any host' || isPublic(address);
    if (patterns.some((pattern) => pattern.hasAddress(address) && (isOpen || !pattern.isOfAny))) return true;
    return deed === 'listen on' && isLoopback(address) && patterns.some((pattern) => pattern.hasName(LOCALHOST));
  }

  /** Parsed on the first use: most scripts never come here. */
  #withPort(port: number | undefined): readonly NetPattern[] {
    this.#patterns ??= this.#texts.flatMap((text) => NetPattern.parse(text) ?? []);
    if (port === undefined || this.#patterns.every((pattern) => pattern.hasPort(port))) return this.#patterns;
    return this.#patterns.filter((pattern) => pattern.hasPort(port));
  }
}

/** A permitted name must not lead inside: whoever owns it decides what it leads to. */
function isMeantBy(name: string, address: Address): boolean {
  return isPublic(address) || (name === LOCALHOST && isLoopback(address));
}

function readHost(text: string, name: string): Host {
  const host = parseHost(text);
  if (host === undefined)
    throw invalid(name, text, "a name or an address, such as 'api.example.com', '127.0.0.1' or '::1'");
  return host;
}
