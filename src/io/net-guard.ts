/**
 * Decides what a script may connect to and listen on.
 *
 * 1. What is checked is what is used: the answer of a check is the addresses to go to, and a name is resolved once.
 * 2. A name that no pattern could permit is not resolved: the question alone would carry data out.
 * 3. The names that are being resolved are bounded: a question cannot be taken back, though its request may be long gone.
 * 4. No message names an address that the script did not name itself.
 */
import type { StintError } from '../errors/stint-error.js';
import { type Address, hostAndPort } from './address.js';
import { isLoopback, isPublic } from './address-kinds.js';
import { type Host, parseHost } from './host.js';
import { NetPattern } from './net-pattern.js';
import { denied, failure, invalid } from './refusal.js';
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

const LOCALHOST = 'localhost';
const MOST_QUESTIONS = 1024;

export class NetGuard {
  readonly #texts: readonly string[];
  readonly #lookup: Lookup;
  #patterns: NetPattern[] | undefined;
  /** Names that are being resolved. */
  #questions = 0;

  constructor(patterns: readonly string[], lookup: Lookup) {
    this.#texts = patterns;
    this.#lookup = lookup;
  }

  /** @throws StintError (or rejects with it) `PERMISSION_DENIED`, `INVALID_ARGUMENT`, or `SCRIPT_ERROR` for an unknown name */
  connectable(host: string, port: number, name = 'host'): Target | Promise<Target> {
    return this.#target('connect to', readHost(host, name), port);
  }

  /** As `connectable`. What is listened on has to be permitted as an address: a name permits only where to connect to. */
  listenable(host: string, port: number): Target | Promise<Target> {
    return this.#target('listen on', readHost(host, 'host'), port);
  }

  #target(deed: Deed, host: Host, port: number): Target | Promise<Target> {
    const patterns = this.#withPort(port);
    if (host.kind === 'address') {
      const { address } = host;
      const label = hostAndPort(address.address, port);
      if (!permitsAddress(patterns, deed, address)) throw this.#denial(deed, label);
      return { host: address.address, label, port, addresses: [address] };
    }
    const label = hostAndPort(host.name, port);
    const named =
      (deed === 'connect to' || host.name === LOCALHOST) && patterns.some((pattern) => pattern.hasName(host.name));
    if (!named && !patterns.some((pattern) => pattern.isOfAddresses)) throw this.#denial(deed, label);
    return this.#resolve(deed, host.name, port, patterns, named);
  }

  async #resolve(deed: Deed, name: string, port: number, patterns: NetPattern[], named: boolean): Promise<Target> {
    const label = hostAndPort(name, port);
    const found = await this.#ask(deed, name, label);
    const addresses = found.filter(
      (address) =>
        permitsAddress(patterns, deed, address) || (named && deed === 'connect to' && isMeantBy(name, address)),
    );
    if (addresses.length > 0) return { host: name, label, port, addresses };
    throw named && deed === 'connect to' ? notPublic(label, port) : this.#denial(deed, label);
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
    const why = this.#texts.length === 0 ? 'permissions.net is empty' : 'nothing in permissions.net matches it';
    return denied(`to ${deed} ${label}`, why, `add '${label}' to permissions.net`);
  }

  /** Parsed on the first use: most scripts never come here. */
  #withPort(port: number): NetPattern[] {
    this.#patterns ??= this.#texts.flatMap((text) => NetPattern.parse(text) ?? []);
    return this.#patterns.filter((pattern) => pattern.hasPort(port));
  }
}

function permitsAddress(patterns: NetPattern[], deed: Deed, address: Address): boolean {
  if (patterns.some((pattern) => pattern.hasAddress(address))) return true;
  return deed === 'listen on' && isLoopback(address) && patterns.some((pattern) => pattern.hasName(LOCALHOST));
}

/** A permitted name must not lead inside: whoever owns it decides what it leads to. */
function isMeantBy(name: string, address: Address): boolean {
  return isPublic(address) || (name === LOCALHOST && isLoopback(address));
}

function notPublic(label: string, port: number): StintError {
  return denied(
    `to connect to ${label}`,
    'the name leads to an address that is not public, and a name permits public ones only',
    `add that address, as '<address>:${port}', to permissions.net`,
  );
}

function readHost(text: string, name: string): Host {
  const host = parseHost(text);
  if (host === undefined)
    throw invalid(name, text, "a name or an address, such as 'api.example.com', '127.0.0.1' or '::1'");
  return host;
}
