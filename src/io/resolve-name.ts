import { type Address, parseAddress } from './address.js';

/** Finds the addresses of a name, as the operating system does. */
export type Lookup = (name: string) => Promise<readonly { readonly address: string }[]>;

export const systemLookup: Lookup = async (name) => {
  // Loaded by the first: it reads files that most threads have no use for.
  const { lookup } = await import('node:dns/promises');
  return lookup(name, { all: true });
};

/** The addresses of a name in canonical form. One with a zone id is of no use: it is left out. */
export async function resolveName(name: string, find: Lookup): Promise<Address[]> {
  const found = await find(name);
  return found.flatMap(({ address }) => parseAddress(address) ?? []);
}
