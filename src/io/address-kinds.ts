import { BlockList } from 'node:net';
import type { Address } from './address.js';

/** IPv4 addresses that are not of the public internet (IANA's special-purpose registry), and Azure's metadata service. */
const SPECIAL_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** What is not public within 2000::/3: Teredo and 6to4, which have an IPv4 address within, and documentation. */
const SPECIAL_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const special4 = subnets(SPECIAL_4, 'ipv4');
const special6 = subnets(SPECIAL_6, 'ipv6');
const global6 = subnets(['2000::/3'], 'ipv6');
const loopback4 = subnets(['127.0.0.0/8'], 'ipv4');

function subnets(list: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const result = new BlockList();
  for (const cidr of list) {
    const [network = '', prefix] = cidr.split('/');
    result.addSubnet(network, Number(prefix), family);
  }
  return result;
}

/** Whether an address is one of the public internet. All else of IPv6 but global unicast is not. */
export function isPublic({ address, family }: Address): boolean {
  if (family === 4) return !special4.check(address, 'ipv4');
  return global6.check(address, 'ipv6') && !special6.check(address, 'ipv6');
}

/** Whether an address is this machine's own. */
export function isLoopback({ address, family }: Address): boolean {
  return family === 4 ? loopback4.check(address, 'ipv4') : address === '::1';
}
