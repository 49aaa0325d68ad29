import type { LookupFunction } from 'node:net';
import type { Address } from './address.js';

/**
 * What a socket gets in place of the system's resolver: the addresses that were checked, whatever the name. Node tries
 * them one after the other (and not for long each), and no second question can bring another answer.
 */
export function pinnedLookup(addresses: readonly Address[]): LookupFunction {
  return (_name, { all }, done) => {
    const [first] = addresses;
    if (all) done(null, [...addresses]);
    else done(null, first?.address ?? '', first?.family);
  };
}
