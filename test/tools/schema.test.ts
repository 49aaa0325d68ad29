import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, it } from 'vitest';
import { defineTool, ToolRegistry, type ToolSchema } from '#stint/tools/index';
import { errorOf } from './calling.js';

function echoing(input: ToolSchema) {
  return new ToolRegistry({
    tools: [
      defineTool({
        name: 'echo',
        description: 'Gives its input back.',
        category: 'test',
        security: 'safe',
        input,
        handler: (value) => value,
      }),
    ],
  });
}

/** What a call says: its result, or what is wrong with the input. */
async function tryInput(schema: ToolSchema, input: unknown): Promise<unknown> {
  return echoing(schema)
    .call('echo', input)
    .catch(({ code, message }) => `${code} ${message.replace("the tool 'echo' does not take this input: ", '')}`);
}

describe('a JSON Schema', () => {
  const person = {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1 },
      mail: { type: 'string', format: 'email' },
      role: { enum: ['admin', 'guest'] },
      tags: { type: 'array', uniqueItems: true, items: { type: ['string', 'object'] } },
      'first/last~name': { type: 'array', items: { type: 'integer' } },
      nested: { type: 'object', properties: { level: { type: 'integer', default: 3 } } },
    },
    additionalProperties: false,
  };

  it('that says $async, which is no keyword, is as strict as without', async () => {
    const schema = { $async: true, type: 'object', required: ['a'] };
    expect(await tryInput(schema, {})).toBe('TOOL_INPUT input.a is missing');
    expect(await tryInput(schema, { a: 1 })).toEqual({ a: 1 });
  });

  it.each<[unknown, unknown]>([
    [
      { name: 'Ada', mail: 'ada@example.com' },
      { name: 'Ada', mail: 'ada@example.com' },
    ],
    [{ nested: {} }, { nested: { level: 3 } }],
    [{ name: '' }, "TOOL_INPUT input.name is ''; it must NOT have fewer than 1 characters"],
    [{ mail: 'nobody' }, 'TOOL_INPUT input.mail is \'nobody\'; it must match format "email"'],
    [{ role: 'root' }, "TOOL_INPUT input.role is 'root'; it must be one of 'admin', 'guest'"],
    [
      {
        tags: [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
      },
      'TOOL_INPUT input.tags is [ { a: 1, b: 2 }, { b: 2, a: 1 } ]; it must have no item twice',
    ],
    [{ tags: ['1', { 1: 1 }, '["1"]'] }, { tags: ['1', { 1: 1 }, '["1"]'] }],
    [{ 'first/last~name': [1, 'x'] }, 'TOOL_INPUT input["first/last~name"][1] is \'x\'; it must be integer'],
    [{ other: 1 }, 'TOOL_INPUT input.other is not known; known are name, mail, role, tags, first/last~name, nested'],
  ])('judges %j', async (input, expected) => {
    expect(await tryInput(person, input)).toEqual(expected);
  });

  it('does not find what every object inherits', async () => {
    expect(await tryInput({ type: 'object', required: ['constructor'] }, { a: 1 })).toBe(
      'TOOL_INPUT input.constructor is missing',
    );
    const shape = { type: 'object', properties: { toString: { type: 'string' } } };
    expect(await tryInput(shape, { a: 1 })).toEqual({ a: 1 });
    expect(await tryInput({ type: 'object', dependentRequired: { valueOf: ['b'] } }, { a: 1 })).toEqual({ a: 1 });
  });

  it('of draft 7 is known by its $schema', async () => {
    const tuple = { type: 'array', items: [{ type: 'string' }], additionalItems: false };
    const draft7 = { $schema: 'http://json-schema.org/draft-07/schema#', ...tuple };
    expect(await tryInput(draft7, ['a', 'b'])).toContain('TOOL_INPUT');
    const draft2020 = { type: 'array', prefixItems: [{ type: 'string' }], items: false };
    expect(await tryInput(draft2020, ['a', 'b'])).toContain('TOOL_INPUT');
    expect(await tryInput(draft2020, ['a'])).toEqual(['a']);
  });

  it.each([
    [0.01, [19.99, 1.15, -19.99, 1e9], [0.005, 19.991]],
    [0.1, [0.3, 0], [0.35]],
    [3, [9, 3e20], [10]],
  ])('knows the multiples of %d', async (multipleOf, multiples, others) => {
    for (const value of multiples) expect(await tryInput({ multipleOf }, value)).toBe(value);
    for (const value of others) expect(await tryInput({ multipleOf }, value)).toContain('TOOL_INPUT');
  });

  it('has its patterns look at so much text and no more', async () => {
    const schema = { type: 'array', items: { type: 'string', pattern: '^a*$' } };
    const texts = (count: number) => Array.from({ length: count }, () => 'a'.repeat(64 * 1024));
    expect(await tryInput(schema, texts(4))).toEqual(texts(4));
    expect(await tryInput(schema, [...texts(4), 'a'])).toContain('more than 262144 characters for the patterns');
    const mails = (length: number) => Array.from({ length }, () => `${'a'.repeat(4000)}@b.cd`);
    const formats = { type: 'array', items: { type: 'string', format: 'email' } };
    expect(
      await tryInput(
        formats,
        Array.from({ length: 10_000 }, () => 'ada@example.com'),
      ),
    ).toHaveLength(10_000);
    expect(await tryInput(formats, mails(1))).toHaveLength(1);
    expect(await tryInput(formats, mails(2))).toContain('more than 262144 characters for the patterns and formats');
  });

  it('is compiled once, though many first calls come at once', async () => {
    let reads = 0;
    const schema = {
      get type() {
        reads += 1;
        return 'string';
      },
    };
    const registry = echoing(schema);
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((text) => registry.call('echo', text)))).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
    // Looked at when the tool is defined, and copied before it is compiled.
    expect(reads).toBe(2);
  });

  it('with the same $id as another tool has is no other one', async () => {
    expect(await tryInput({ $id: 'https://example.com/a', type: 'string' }, 'x')).toBe('x');
    expect(await tryInput({ $id: 'https://example.com/a', type: 'number' }, 1)).toBe(1);
    const named = { $id: 'https://example.com/a', $defs: { n: { $anchor: 'n', type: 'number' } }, $ref: 'a#/$defs/n' };
    expect(await tryInput(named, 1)).toBe(1);
    expect(await tryInput({ ...named, $ref: '#n' }, 'x')).toContain('must be number');
  });

  it('that cannot be used is told of', async () => {
    const error = await errorOf(echoing({ $ref: 'https://example.com/elsewhere.json' }).call('echo', 'x'));
    expect(error.code).toBe('TOOL_FAILED');
    expect(error.message).toContain("can't resolve reference");
  });

  it.each<[ToolSchema, string]>([
    [{ type: 'strange' }, "tool.input.type is 'strange'; it must be one of string, number"],
    [{ items: [{ type: ['null', 'foo'] }] }, "tool.input.items[0].type is [ 'null', 'foo' ]"],
    [{ properties: { a: { type: 5 } } }, 'tool.input.properties.a.type is 5'],
    [{ type: 'string', pattern: '(' }, "tool.input.pattern is '('"],
    [{ type: 'string', pattern: '(?=x)y' }, 'that can be matched in linear time'],
    [{ $defs: { a: { pattern: '(a)\\1' } } }, 'tool.input.$defs.a.pattern is'],
    [{ anyOf: [{ pattern: '(?<!x)y' }] }, 'tool.input.anyOf[0].pattern is'],
    [{ patternProperties: { '[': {} } }, "a name in tool.input.patternProperties is '['"],
    [{ pattern: 'a{2000}' }, 'tool.input.pattern is'],
    [{ pattern: 1 }, 'tool.input.pattern is 1'],
  ])('that cannot be used is refused when the tool is defined: %j', (schema, message) => {
    expect(() => echoing(schema)).toThrow(message);
    expect(() => echoing(schema)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('may have names of keywords in its values, and may hold itself', async () => {
    expect(await tryInput({ enum: [{ type: 'strange', pattern: '(' }] }, { type: 'strange', pattern: '(' })).toEqual({
      type: 'strange',
      pattern: '(',
    });
    expect(await tryInput({ properties: { type: { const: 'foo' } } }, { type: 'foo' })).toEqual({ type: 'foo' });
    expect(await tryInput({ pattern: '(?i)abc\\z' }, 'ABC')).toBe('ABC');
    const own: Record<string, unknown> = {};
    own['not'] = own;
    expect(() => echoing(own)).not.toThrow();
  });

  // Each would take longer than the test has, by a backtracking matcher or by comparing each with each.
  it.each<[string, ToolSchema, unknown]>([
    ['nested quantifiers', { type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(50_000)}!`],
    ['alternatives that overlap', { type: 'string', pattern: '^(a|aa)+$' }, `${'a'.repeat(50_000)}!`],
    ['adjacent quantifiers', { type: 'string', pattern: '^\\s*\\s*\\s*\\s*x$' }, ' '.repeat(50_000)],
    [
      'patterns of keys',
      { type: 'object', patternProperties: { '^(a+)+$': {} }, additionalProperties: false },
      { [`${'a'.repeat(50_000)}!`]: 1 },
    ],
    ['names of keys', { type: 'object', propertyNames: { pattern: '^(a+)+$' } }, { [`${'a'.repeat(50_000)}!`]: 1 }],
    [
      'a long list of different things',
      { type: 'array', uniqueItems: true, items: { type: 'number' } },
      [...Array.from({ length: 100_000 }, (_, n) => ({ n })), 1],
    ],
  ])('does not let an input make it last: %s', async (_, schema, input) => {
    expect(await tryInput(schema, input)).toContain('TOOL_INPUT');
  });

  it.each([
    'date',
    'time',
    'date-time',
    'duration',
    'uri',
    'uri-reference',
    'uri-template',
    'email',
    'hostname',
    'ipv4',
    'ipv6',
    'regex',
    'uuid',
    'json-pointer',
  ])('does not let a text make the format %s last', async (format) => {
    for (const part of ['a', '0', '.', '-', ':', '/', '@', '1:', 'a.', '{', '%', 'P1', ' ']) {
      for (const end of ['', '!', '@', '\0']) {
        const text = part.repeat(60_000) + end;
        const answer = await tryInput({ type: 'string', format }, text);
        expect(answer === text || String(answer).startsWith('TOOL_INPUT')).toBe(true);
      }
    }
  });
});

describe('a Standard Schema', () => {
  /** What a library's schema looks like from outside: it changes the value, and says where something is wrong. */
  const schema = (later: boolean): StandardSchemaV1<unknown, { n: number }> => ({
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => {
        const n = Number((value as { n?: unknown } | undefined)?.n);
        const result = Number.isNaN(n)
          ? { issues: [{ message: 'expected a number', path: ['list', { key: 0 }, 'n'] }] }
          : { value: { n } };
        return later ? Promise.resolve(result) : result;
      },
    },
  });

  it.each([false, true])('judges and changes a value (later: %s)', async (later) => {
    expect(await tryInput(schema(later), { n: '5' })).toEqual({ n: 5 });
    expect(await tryInput(schema(later), { n: 'x' })).toBe('TOOL_INPUT input.list[0].n: expected a number');
  });

  it('is told of by its own JSON Schema, if it knows one', () => {
    const json = { type: 'object', properties: { n: { type: 'number' } } };
    const standard = { ...schema(false)['~standard'], jsonSchema: { input: () => json, output: () => ({}) } };
    expect(echoing({ '~standard': standard } as never).info('echo').input).toEqual(json);
    expect(echoing(schema(false)).info('echo').input).toEqual({});
  });

  it('that throws is a failure of the tool', async () => {
    const throwing = { '~standard': { version: 1, vendor: 'test', validate: () => JSON.parse('{') } } as const;
    expect((await errorOf(echoing(throwing).call('echo', {}))).code).toBe('TOOL_FAILED');
  });

  it('that knows that there is no JSON Schema for it is told of by none', () => {
    const refuse = () => {
      throw new Error('a date has no JSON Schema');
    };
    const standard = { ...schema(false)['~standard'], jsonSchema: { input: refuse, output: refuse } };
    expect(echoing({ '~standard': standard } as never).info('echo').input).toEqual({});
  });

  it('may answer by anything that can be awaited', async () => {
    const answer = { issues: [{ message: 'no' }] };
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library
    const validate = () => ({ then: (give: (value: unknown) => void) => give(answer) });
    const standard = { version: 1, vendor: 'test', validate };
    expect(await tryInput({ '~standard': standard } as never, {})).toBe('TOOL_INPUT input: no');
  });

  it.each([undefined, null, true, {}, { issues: 'none' }])('has not accepted what it answers %j to', async (answer) => {
    const standard = { version: 1, vendor: 'test', validate: () => answer };
    expect(await tryInput({ '~standard': standard } as never, {})).toContain('TOOL_FAILED');
  });

  it.each(['input', 'output'] as const)('that never answers does not outlast the call: %s', async (side) => {
    const standard = { version: 1, vendor: 'test', validate: () => new Promise(() => undefined) };
    const tool = defineTool({
      name: 'silent',
      description: 'x',
      category: 'test',
      security: 'safe',
      input: {},
      [side]: { '~standard': standard },
      limits: { timeout: 20 },
      handler: () => 1,
    });
    const registry = new ToolRegistry({ tools: [tool] });
    expect((await errorOf(registry.call('silent', {}))).code).toBe('TIMEOUT');
    const stop = new AbortController();
    const cancelled = errorOf(registry.call('silent', {}, { signal: stop.signal, timeout: 20 }));
    stop.abort();
    expect((await cancelled).code).toBe('CANCELLED');
  });

  it('gives its handler its type', async () => {
    const tool = defineTool({
      name: 'typed',
      description: 'x',
      category: 'test',
      security: 'safe',
      input: schema(false),
      // It compiles because `n` is known to be a number.
      handler: ({ n }) => n.toFixed(1),
    });
    expect(await new ToolRegistry({ tools: [tool] }).call('typed', { n: 2 })).toBe('2.0');
  });
});
