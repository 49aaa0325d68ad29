import { describe, expect, it } from 'vitest';
import type { StintError } from '#stint/errors/stint-error';
import { defineTool, type ToolDefinition, ToolRegistry } from '#stint/tools/index';

const add = defineTool({
  name: 'math.add',
  description: 'The sum of two numbers.',
  category: 'math',
  tags: ['numbers', 'plus'],
  security: 'safe',
  input: {
    type: 'object',
    properties: { a: { type: 'number' }, b: { type: 'number', default: 1 } },
    required: ['a'],
    additionalProperties: false,
  },
  output: { type: 'number' },
  examples: [
    { input: { a: 1, b: 2 }, output: 3 },
    { input: { a: 1 }, check: (sum) => sum === 2 },
  ],
  handler: ({ a, b }: { a: number; b: number }) => a + b,
});

async function refused(call: Promise<unknown>): Promise<StintError> {
  return call.then(
    (value) => expect.fail(`it returned ${String(value)}`),
    (error) => error as StintError,
  );
}

describe('a registry', () => {
  it('calls a tool with an input that its schema accepts, defaults put in', async () => {
    const registry = new ToolRegistry({ tools: [add] });
    expect(await registry.call('math.add', { a: 1, b: 2 })).toBe(3);
    expect(await registry.call('math.add', { a: 1 })).toBe(2);
  });

  it.each([
    [{}, 'input.a is missing'],
    [{ a: '1' }, "input.a is '1'; it must be number"],
    [{ a: 1, c: 2 }, 'input.c is not known; known are a, b'],
    [[], 'input is []; it must be object'],
    [undefined, 'input is undefined; it must be object'],
    [{ a: () => 1 }, 'input.a cannot cross'],
  ])('refuses %j and says where it is wrong', async (input, message) => {
    const error = await refused(new ToolRegistry({ tools: [add] }).call('math.add', input));
    expect(error.code).toBe('TOOL_INPUT');
    expect(error.message).toContain(message);
  });

  it.each([
    [{ signal: {} }, 'options.signal is {}; it must be an AbortSignal'],
    [{ onPart: 3 }, 'options.onPart is 3; it must be a function'],
    [{ onProgress: 'x' }, "options.onProgress is 'x'; it must be a function"],
    [{ timeout: 'soon' }, "options.timeout is 'soon'"],
    [{ timeot: 5 }, 'options.timeot is not an option'],
  ])('refuses a call that is told %j', async (options, message) => {
    const later = defineTool({
      ...{ name: 'later', description: 'x', category: 'test', security: 'safe', input: {} },
      handler: () => new Promise((resolve) => setImmediate(resolve)),
    });
    const registry = new ToolRegistry({ tools: [later] });
    const outcomes: string[] = [];
    registry.on('call', ({ outcome }) => outcomes.push(outcome));
    for (const target of [registry, registry.under({})]) {
      const error = await refused(target.call('later', {}, options as never));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) });
    }
    expect(outcomes).toEqual(['INVALID_ARGUMENT', 'INVALID_ARGUMENT']);
  });

  it('says which names are near one that it does not have', async () => {
    const registry = new ToolRegistry({ tools: [add] });
    const error = await refused(registry.call('math.ad', {}));
    expect(error).toMatchObject({
      code: 'TOOL_NOT_FOUND',
      message: "there is no tool 'math.ad'; did you mean math.add?",
    });
    expect(() => registry.info('nothing-like-it')).toThrow('list the tools');
  });

  const plain = (name: string, definition: Partial<ToolDefinition> = {}) =>
    defineTool({
      name,
      description: 'x',
      category: 'test',
      security: 'safe',
      input: {},
      handler: () => 1,
      ...definition,
    });

  it('lists tools by name, all or some', () => {
    const registry = new ToolRegistry({
      tools: [
        plain('b', { tags: ['x'] }),
        plain('c', { category: 'other', security: 'restricted', tags: ['x'] }),
        plain('a'),
      ],
    });
    const names = (filter?: object) => registry.list(filter).map(({ name }) => name);
    expect(names()).toEqual(['a', 'b', 'c']);
    expect(names({ category: 'test' })).toEqual(['a', 'b']);
    expect(names({ tag: 'x' })).toEqual(['b', 'c']);
    expect(names({ tag: 'x', security: 'restricted' })).toEqual(['c']);
    expect(() => registry.list({ colour: 'red' } as never)).toThrow('filter.colour is not an option');
    registry.add(plain('aa'));
    registry.remove('b');
    expect(names()).toEqual(['a', 'aa', 'c']);
  });

  it('finds tools by words of name, tags, category and description, the best first', async () => {
    const registry = new ToolRegistry({
      tools: [
        plain('csv.parse', { description: 'Reads rows of a table.', category: 'data', tags: ['spreadsheet'] }),
        plain('text.count', { description: 'Counts words, also in csv.', category: 'text' }),
        plain('hash', { description: 'The digest of a text.', category: 'encoding', security: 'restricted' }),
      ],
    });
    const found = async (query: string, filter?: object) =>
      (await registry.search(query, filter)).map(({ name }) => name);
    expect(await found('csv')).toEqual(['csv.parse', 'text.count']);
    expect(await found('spreadshet')).toEqual(['csv.parse']);
    expect(await found('diges')).toEqual(['hash']);
    expect(await found('text')).toEqual(['text.count', 'hash']);
    expect(await found('text', { category: 'encoding' })).toEqual(['hash']);
    expect(await found('')).toEqual([]);
    expect(await found('zebra')).toEqual([]);
    registry.add(plain('zebra'));
    expect(await found('zebra')).toEqual(['zebra']);
    registry.remove('zebra');
    expect(await found('zebra')).toEqual([]);
    const [best] = await registry.search('csv');
    expect(best?.score).toBeGreaterThan(0);
    expect(await registry.under({}).search('digest')).toEqual([]);
    // Not a bomb either.
    expect(await found('a'.repeat(1_000_000))).toEqual([]);
  });

  it('finds a tool that was added while the first search was on its way', async () => {
    const registry = new ToolRegistry({ tools: [plain('one')] });
    const searching = registry.search('one');
    registry.add(plain('two'));
    await searching;
    expect((await registry.search('two')).map(({ name }) => name)).toEqual(['two']);
  });

  it.each<[object, string]>([
    [{ timeout: 'soon' }, "options.timeout is 'soon'"],
    [{ policy: { security: 'none' } }, "policy.security is 'none'"],
    [{ policy: 5 }, 'policy is 5'],
  ])('refuses options such as %j', async (options, message) => {
    const error = await refused(new ToolRegistry({ tools: [add] }).call('math.add', { a: 1 }, options));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(error.message).toContain(message);
  });

  it('tells of each tool what its definition says', () => {
    const registry = new ToolRegistry({
      tools: [add, plain('other', { security: 'privileged', permissions: ['net'], limits: { timeout: '2s' } })],
    });
    expect(registry.info('math.add')).toEqual({
      name: 'math.add',
      description: 'The sum of two numbers.',
      category: 'math',
      tags: ['numbers', 'plus'],
      security: 'safe',
      permissions: [],
      limits: { timeout: 30_000, memory: 67_108_864, output: 16_777_216, input: 16_777_216 },
      input: add.input,
      output: { type: 'number' },
      examples: [{ input: { a: 1, b: 2 }, output: 3 }, { input: { a: 1 } }],
    });
    expect(registry.info('other')).toMatchObject({
      security: 'privileged',
      permissions: ['net'],
      limits: { timeout: 2000 },
    });
    expect(JSON.parse(JSON.stringify(registry.info('math.add')))).toEqual(registry.info('math.add'));
  });

  it('tests a tool by its own examples, and fails when one of them fails', async () => {
    const registry = new ToolRegistry({
      tools: [
        add,
        plain('wrong', {
          examples: [
            { input: {}, output: 1 },
            { description: 'two', input: {}, output: 2 },
          ],
        }),
        plain('checked', { examples: [{ input: {}, check: (one) => one === 2 }] }),
        plain('asserted', { examples: [{ input: {}, check: () => expect(1).toBe(2) as never }] }),
        plain('throws', { examples: [{ input: {} }], handler: () => Promise.reject(new Error('no')) }),
        plain('picky', { input: { type: 'string' }, examples: [{ input: 5 }] }),
        plain('untested'),
        plain('denied', { security: 'restricted', examples: [{ input: {} }] }),
      ],
    });
    expect(await registry.test('math.add')).toMatchObject({
      tool: 'math.add',
      passed: true,
      examples: [{ passed: true }, {}],
    });
    expect(await registry.test('wrong')).toMatchObject({
      passed: false,
      examples: [{ passed: true }, { description: 'two', passed: false, error: { message: 'it returned 1, not 2' } }],
    });
    expect(await registry.test('untested')).toEqual({ tool: 'untested', passed: false, examples: [] });
    for (const [name, code] of [
      ['checked', 'TOOL_FAILED'],
      ['asserted', 'TOOL_FAILED'],
      ['throws', 'TOOL_FAILED'],
      ['picky', 'TOOL_INPUT'],
      ['denied', 'PERMISSION_DENIED'],
    ] as const) {
      expect(await registry.test(name)).toMatchObject({
        passed: false,
        examples: [{ passed: false, error: { code } }],
      });
    }
    expect(await registry.test('denied', { policy: { security: 'restricted' } })).toMatchObject({ passed: true });
    expect(await refused(registry.test('nothing'))).toMatchObject({ code: 'TOOL_NOT_FOUND' });
  });
});

describe('a definition', () => {
  const whole = { name: 'x', description: 'x', category: 'x', security: 'safe', input: {}, handler: () => 1 };

  it.each<[object, string]>([
    [{ name: 'Upper' }, "tool.name is 'Upper'"],
    [{ name: 'a..b' }, 'tool.name'],
    [{ name: '__proto__' }, 'tool.name'],
    [{ name: 'x'.repeat(65) }, 'at most 64 characters'],
    [{ description: '' }, 'tool.description'],
    [{ category: undefined }, 'tool.category is undefined; it must be given'],
    [{ security: 'harmless' }, "tool.security is 'harmless'"],
    [{ input: 5 }, 'tool.input is 5'],
    [{ output: [] }, 'tool.output is []'],
    [{ tags: 'a' }, "tool.tags is 'a'"],
    [{ permissions: ['fly'] }, "tool.permissions[0] is 'fly'"],
    [{ limits: { timeout: 0 } }, 'tool.limits.timeout'],
    [{ examples: [5] }, 'tool.examples[0] is 5'],
    [{ handler: 'x' }, 'tool.handler'],
    [{ handle: () => 1 }, 'tool.handle is not an option'],
  ])('is refused with what is wrong: %j', (wrong, message) => {
    expect(() => defineTool({ ...whole, ...wrong } as never)).toThrow(message);
  });

  it('makes a tool that nobody can change', () => {
    const tool = defineTool({ ...whole, tags: ['a'] } as never);
    expect(() => Object.assign(tool, { security: 'privileged' })).toThrow();
    expect(() => (tool.tags as string[]).push('b')).toThrow();
    expect(() => Object.assign(tool.limits, { timeout: 1e9 })).toThrow();
  });
});

describe('a registry that is given a definition', () => {
  it('makes a tool of it, with the limits that every tool has', async () => {
    const definition = {
      name: 'plain',
      description: 'Nobody called defineTool.',
      category: 'test',
      security: 'safe',
      input: { type: 'object' },
      handler: () => 42,
    };
    const registry = new ToolRegistry({ tools: [definition as never] });
    expect(await registry.call<number>('plain', {})).toBe(42);
    expect(registry.info('plain').limits.timeout).toBe(30_000);
  });
});

describe('a registry made in the wrong way', () => {
  it.each([
    [[], /options is \[\]/],
    [{ tool: [] }, /options\.tool is not an option/],
    [{ tools: 5 }, /options\.tools is 5/],
    [{ tools: ['calculator'] }, /tool is 'calculator'/],
    [{ tools: [undefined] }, /tool\.name is undefined/],
    [{ tools: [{ name: 'half' }] }, /tool\.\w+ is undefined/],
    [{ policy: { levels: 1 } }, /policy\.levels is not an option/],
  ])('says what is wrong: %o', (options, message) => {
    expect(() => new ToolRegistry(options as never)).toThrow(message);
  });
});
