import { beforeAll, describe, expect, it } from 'vitest';
import { builtinTools, type Tool, ToolRegistry } from '#stint/tools/index';
import { isMissing } from '../../needs.js';
import { makeExampleFiles } from './example-files.js';
import { exampleSite, MYSQL, openDatabases, POSTGRES, serveHttp, serveSmtp } from './local-services.js';
import { workshop } from './workshop.js';

const shop = workshop();
let site: string;
let smtpPort: number;

beforeAll(async () => {
  await makeExampleFiles(shop.directory);
  site = await serveHttp(exampleSite);
  smtpPort = (await serveSmtp()).port;
});

/** The same tool, with examples about the servers of this test in place of those in the web. */
function atLocalServers(tool: Tool): Tool {
  const text = (value: string) => value.replaceAll('http://example.com', site);
  const local = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(local);
    if (typeof value !== 'object' || value === null) return value;
    const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, local(item)]));
    if (copy['host'] === 'mail.example.com') return { ...copy, host: '127.0.0.1', port: smtpPort };
    if (copy['host'] === 'example.com') return { ...copy, host: '127.0.0.1', port: Number(new URL(site).port) };
    return copy;
  };
  if (!tool.permissions.includes('net')) return tool;
  return { ...tool, examples: tool.examples.map((example) => ({ ...example, input: local(example.input) })) };
}

const databases = await openDatabases();
const absent = [
  ...(isMissing(POSTGRES, databases.postgres) ? ['sql.postgres'] : []),
  ...(isMissing(MYSQL, databases.mysql) ? ['sql.mysql'] : []),
];

describe('the examples of every built-in tool', () => {
  for (const tool of builtinTools()) {
    it.skipIf(absent.includes(tool.name))(`${tool.name}: at least two, and they do what they say`, async () => {
      const registry = new ToolRegistry({
        tools: [atLocalServers(tool), ...builtinTools().filter(({ name }) => name !== tool.name)],
      });
      const result = await registry.test(tool.name, { policy: shop.policy });
      expect(result.examples.filter(({ passed }) => !passed)).toEqual([]);
      expect(result.examples.length).toBeGreaterThanOrEqual(2);
      expect(result.passed).toBe(true);
    });
  }
});

describe('a description of a built-in tool', () => {
  it('has bounds for every text, number and list that it takes', () => {
    const unbounded = builtinTools().flatMap((tool) => unboundedParts(tool.input, tool.name));
    expect(unbounded).toEqual([]);
    expect(
      unboundedParts({ type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false }, 'x'),
    ).toEqual(['x.a']);
  });

  it('says what comes out, and has tags', () => {
    for (const tool of builtinTools()) {
      expect(tool.output, tool.name).toBeDefined();
      expect(tool.tags.length, tool.name).toBeGreaterThan(1);
    }
  });

  it('fits its level: safe tools have no doors, and those that write or run programs are privileged', () => {
    for (const { name, security, permissions } of builtinTools()) {
      if (security === 'safe') expect(permissions, name).toEqual([]);
      if (permissions.includes('write') || permissions.includes('execute')) expect(security, name).toBe('privileged');
    }
  });
});

type Node = Record<string, unknown>;

function unboundedParts(schema: unknown, path: string): string[] {
  const { type, properties, items, anyOf, additionalProperties, ...rest } = schema as Node;
  const nested = [
    ...Object.entries((properties ?? {}) as Node).flatMap(([key, value]) => unboundedParts(value, `${path}.${key}`)),
    ...(items === undefined ? [] : unboundedParts(items, `${path}[]`)),
    ...((anyOf ?? []) as unknown[]).flatMap((value) => unboundedParts(value, path)),
    ...(typeof additionalProperties === 'object' ? unboundedParts(additionalProperties, `${path}.*`) : []),
  ];
  const bounded =
    (type === 'string' && (rest['enum'] !== undefined || rest['maxLength'] !== undefined)) ||
    ((type === 'number' || type === 'integer') && rest['minimum'] !== undefined && rest['maximum'] !== undefined) ||
    (type === 'array' && rest['maxItems'] !== undefined) ||
    (type === 'object' && (additionalProperties === false || rest['maxProperties'] !== undefined)) ||
    type === 'boolean' ||
    type === 'null' ||
    type === undefined;
  return bounded ? nested : [path, ...nested];
}
