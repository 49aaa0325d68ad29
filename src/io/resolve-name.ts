import { lookup } from 'node:dns/promises';
import { type Address, parseAddress } from './address.js';

/** Finds the addresses of a name, as the operating system does. */
export type Lookup = (name: string) => Promise<readonly { readonly address: string }[]>;

export const systemLookup: Lookup = (name) => lookup(name, { all: true });

/** The addresses of a name in canonical form. One with a zone id is of no use: it is left out. */
export async function resolveName(name: string, find: Lookup): Promise<Address[]> {
  const found = await find(name);
  return found.flatMap(({ address }) => parseAddress(address) ?? []);
}
