import { builtin } from '../builtin.js';
import { list, object, text } from '../schema.js';

export const dnsLookup = builtin({
  name: 'dns.lookup',
  description: 'The addresses of a host name, those that the policy lets one connect to.',
  category: 'network',
  tags: ['dns', 'address', 'ip', 'resolve', 'host'],
  security: 'restricted',
  permissions: ['net'],
  input: object({ host: text('The name.', { min: 1, max: 255 }) }),
  output: object({ addresses: list(text('An address.'), 'The addresses.') }),
  examples: [
    { input: { host: 'localhost' }, check: (output) => (output as { addresses: string[] }).addresses.length > 0 },
    { description: 'An address is its own', input: { host: '127.0.0.1' }, output: { addresses: ['127.0.0.1'] } },
  ],
  handler: async ({ host }, { lookup }) => ({ addresses: await lookup(host) }),
});
