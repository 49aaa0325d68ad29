import { builtin } from '../builtin.js';
import { library } from '../on-thread.js';
import { reading, wrongInput } from '../refusal.js';
import { integer, list, object, oneOf, text, withDefault } from '../schema.js';

const UUID = '^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$';
const NAMESPACES = {
  dns: '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  url: '6ba7b811-9dad-11d1-80b4-00c04fd430c8',
} as const;

export const uuid = builtin({
  name: 'uuid',
  description: 'Makes UUIDs (RFC 9562): random (v4), by time (v7), or the same for the same name (v5).',
  category: 'encoding',
  tags: ['guid', 'identifier', 'random', 'unique'],
  security: 'safe',
  input: object(
    {},
    {
      version: withDefault('v4', oneOf(['v4', 'v5', 'v7'], 'Which kind.')),
      count: withDefault(1, integer('How many; v5 makes one.', { min: 1, max: 1000 })),
      namespace: text("For v5: 'dns', 'url' or a UUID.", { pattern: `^(?:dns|url)$|${UUID}`, max: 36 }),
      name: text('For v5: the name.', { max: 10_000 }),
    },
  ),
  output: object({ uuids: list(text('A UUID.', { pattern: UUID, max: 36 }), 'The UUIDs.') }),
  examples: [
    {
      description: 'The UUID of a host name',
      input: { version: 'v5', namespace: 'dns', name: 'www.example.com' },
      output: { uuids: ['2ed6657d-e927-568b-95e1-2665a8aea6a2'] },
    },
    {
      input: { version: 'v7', count: 3 },
      check: (output) => {
        const { uuids } = output as { uuids: string[] };
        return new Set(uuids).size === 3 && [...uuids].sort().join() === uuids.join();
      },
    },
  ],
  async handler({ version, count, namespace, name }) {
    const { v4, v5, v7 } = await library(() => import('uuid'));
    if (version !== 'v5') {
      const make = version === 'v4' ? v4 : v7;
      return { uuids: Array.from({ length: count }, () => make()) };
    }
    if (namespace === undefined) throw wrongInput('namespace', "v5 needs one: 'dns', 'url' or a UUID");
    if (name === undefined) throw wrongInput('name', 'v5 needs one');
    const space = namespace === 'dns' || namespace === 'url' ? NAMESPACES[namespace] : namespace;
    return { uuids: [reading('namespace', () => v5(name, space))] };
  },
});
