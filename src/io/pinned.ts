import type { LookupFunction } from 'node:net';
import type { Address } from './address.js';
import type { Target } from './net-guard.js';

/** Where a socket is to connect to, as options of `net.connect` and `tls.connect`. */
export interface PinnedOptions {
  readonly host: string;
  readonly port: number;
  readonly lookup: LookupFunction | undefined;
  readonly autoSelectFamily: true | undefined;
}

/**
 * The options by which a socket connects to the addresses that were checked, and to no other. Where there are more than
 * one Node tries them one after the other, none of them for long; for that it wants a name to look up.
 */
export function pinned({ host, port, addresses }: Target): PinnedOptions {
  const first = addresses[0];
  if (first !== undefined && addresses.length === 1) {
    return { host: first.address, port, lookup: undefined, autoSelectFamily: undefined };
  }
  return { host, port, lookup: pinnedLookup(addresses), autoSelectFamily: true };
}

/** What stands in for the system's resolver: no second question can bring another answer. */
function pinnedLookup(addresses: readonly Address[]): LookupFunction {
  return (_name, { all }, done) => {
    const [first] = addresses;
    if (all) done(null, [...addresses]);
    else done(null, first?.address ?? '', first?.family);
  };
}
