import { type Address, parseAddress } from './address.js';

/** What a script may name as the other end: an address, or a name that has to be resolved. */
export type Host =
  | { readonly kind: 'address'; readonly address: Address }
  | { readonly kind: 'name'; readonly name: string };

const LONGEST_NAME = 253;
// What would be a port, a path, a user or an escape to the parser of URLs.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is to find.
const FOREIGN = /[\u0000-\u0020\u007f/?#@\\:%[\]]/;
const NAME = /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/;

/**
 * Reads a host in any of its spellings into the one that is checked, resolved and connected to: `0x7f.1`, `2130706433`
 * and `127.1` are the address 127.0.0.1, upper case and a final dot are dropped, other alphabets become punycode.
 *
 * @returns undefined if it is no host
 */
export function parseHost(text: string): Host | undefined {
  const inBrackets = text.startsWith('[') && text.endsWith(']');
  const literal = parseAddress(inBrackets ? text.slice(1, -1) : text);
  if (literal !== undefined) return inBrackets && !text.includes(':') ? undefined : addressed(literal);
  if (text === '' || text.length > LONGEST_NAME + 1 || FOREIGN.test(text)) return undefined;
  const canonical = URL.canParse(`http://${text}`) ? new URL(`http://${text}`).hostname : '';
  const name = canonical.endsWith('.') ? canonical.slice(0, -1) : canonical;
  const numeric = parseAddress(name);
  if (numeric !== undefined) return addressed(numeric);
  return name.length <= LONGEST_NAME && NAME.test(name) ? { kind: 'name', name } : undefined;
}

function addressed(address: Address): Host {
  return { kind: 'address', address };
}
