import { invalid } from '../errors/invalid.js';
import { readProperty } from '../errors/read-property.js';
import { StintError } from '../errors/stint-error.js';
import { NetPattern } from './net-pattern.js';

/** What a script may do with the outside world. What is not said is not permitted. */
export interface Permissions {
  /**
   * What a script may connect to, request from and listen on: `host:port` each. The host is a name, `*.example.com` for
   * its subdomains, an address, a network such as `10.0.0.0/8`, or `*`; IPv6 in brackets. The port is a number, a range
   * such as `8000-8100`, or `*`. A name permits the public addresses that it leads to (`localhost`: the loopback ones).
   */
  net?: string[];
  /**
   * Whether `*` in `net` stands for public hosts only: an address of a private network, of this machine's own or of its link has to be permitted by itself
   * or by its network. Default: for any host.
   */
  publicOnly?: boolean;
  /** Whether a script may read a precise clock. */
  time?: boolean;
}

const MOST_PATTERNS = 1024;
const PATTERN =
  "'host:port', such as 'api.example.com:443', '*.example.com:443', '127.0.0.1:8000-8100', '10.0.0.0/8:*', '[::1]:80' or '*:443'";

const READERS: { [K in keyof Required<Permissions>]: (value: unknown, name: string) => Required<Permissions>[K] } = {
  net: readPatterns,
  publicOnly: readBoolean,
  time: readBoolean,
};

function readBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw invalid(name, value, 'true or false');
  return value;
}

/**
 * Reads permissions. Each part is read once, so that what was checked is what holds.
 *
 * @param name what they are called in an error message: `options.permissions`
 * @throws StintError `INVALID_ARGUMENT` with what is wrong and what to write instead
 */
export function parsePermissions(value: unknown, name: string): Permissions {
  const result: Permissions = {};
  if (value === undefined) return result;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(name, value, "an object, such as { net: ['api.example.com:443'], time: true }");
  }
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(READERS, key)) {
      const known = Object.keys(READERS).join(', ');
      throw new StintError('INVALID_ARGUMENT', `${name}.${key} is not a permission; the permissions are ${known}`);
    }
    const item = readProperty(value, key, name);
    if (item === undefined) continue;
    Object.assign(result, { [key]: READERS[key as keyof Permissions](item, `${name}.${key}`) });
  }
  return result;
}

function readPatterns(value: unknown, name: string): string[] {
  if (!Array.isArray(value)) throw invalid(name, value, `an array of ${PATTERN}`);
  if (value.length > MOST_PATTERNS) {
    throw new StintError('INVALID_ARGUMENT', `${name} has ${value.length} entries; the most are ${MOST_PATTERNS}`);
  }
  return Array.from(value, (item: unknown, index) => {
    if (typeof item !== 'string' || NetPattern.parse(item) === undefined)
      throw invalid(`${name}[${index}]`, item, PATTERN);
    return item;
  });
}
