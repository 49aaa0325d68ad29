import { afterAll, describe, expect, it } from 'vitest';
import { createRuntime, type RunOptions, type Source } from '#stint/index';
import { defineTool, type ToolContext, type ToolDefinition, ToolRegistry } from '#stint/tools/index';
import { until } from '../io/local.js';

const tool = (name: string, definition: Partial<ToolDefinition> & Pick<ToolDefinition, 'handler'>) =>
  defineTool({
    name,
    description: 'Does it.',
    category: 'test',
    security: 'safe',
    input: { type: 'object' },
    ...definition,
  });

let stuck = 0;
const registry = new ToolRegistry({
  tools: [
    tool('math.add', {
      description: 'The sum of two numbers.',
      category: 'math',
      input: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] },
      handler: (input) => (input as { a: number; b: number }).a + (input as { b: number }).b,
    }),
    tool('math.list.total', { handler: (input) => Object.values(input as object).length }),
    tool('list', { handler: () => 'a tool named as a method' }),
    tool('echo', { input: {}, handler: (input) => input }),
    tool('fails', {
      handler: () => {
        throw new TypeError('bad luck');
      },
    }),
    tool('hidden', { security: 'restricted', handler: () => 'secret' }),
    tool('stuck', {
      handler: (_, { signal }) => {
        stuck += 1;
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            stuck -= 1;
            reject(signal.reason);
          });
        });
      },
    }),
    tool('nested', {
      handler: (_, { runtime, tools }) =>
        runtime.run({ language: 'lua', code: 'return tool.math.add{a = 2, b = 3}' }, { tools }),
    }),
  ],
});
const runtime = await createRuntime({ threads: 2, tools: registry });
afterAll(() => runtime.close());

const lua = (code: string): Source => ({ language: 'lua', code });
const javascript = (code: string): Source => ({ language: 'javascript', code });
const run = (source: Source, options: RunOptions = { tools: true }) => runtime.run(source, options);

describe('a script', () => {
  it.each<[string, Source, unknown]>([
    ['by a field', lua('return tool.math.add{ a = 1, b = 2 }'), 3],
    ['by a field', javascript('await tool.math.add({ a: 1, b: 2 })'), 3],
    ['by several fields', lua('return tool.math.list.total{ a = 1 }'), 1],
    ['by several fields', javascript('await tool.math.list.total({ a: 1 })'), 1],
    ['by its name', lua('return tool.call("math.add", { a = 1, b = 2 })'), 3],
    ['by its name', javascript('await tool.call("math.add", { a: 1, b: 2 })'), 3],
    ['though it has the name of a method', lua('return tool.call("list")'), 'a tool named as a method'],
    ['though it has the name of a method', javascript('await tool.call("list", {})'), 'a tool named as a method'],
    ['by an index', lua('return tool["math.add"]{ a = 1, b = 2 }'), 3],
    ['without an input', lua('return tool.echo()'), {}],
    ['without an input', javascript('await tool.echo()'), {}],
    [
      'many at once',
      javascript('(await Promise.all([1, 2, 3].map((a) => tool.math.add({ a, b: a })))).join()'),
      '2,4,6',
    ],
    ['from a coroutine', lua('return coroutine.wrap(function() return tool.math.add{ a = 1, b = 2 } end)()'), 3],
    [
      'where it cannot wait',
      lua('local t = { 2, 1 } table.sort(t, function(a, b) return tool.math.add{a = a, b = 0} < b end) return t'),
      [1, 2],
    ],
    ['with what was kept', lua('local add = tool.math.add return add{ a = 1, b = 1 } + add{ a = 2, b = 2 }'), 6],
  ])('calls a tool %s', async (_, source, expected) => {
    expect(await run(source)).toEqual(expected);
  });

  it('lists, searches and asks about the tools that it has', async () => {
    const expected = { list: ['math.add'], found: 'math.add', security: 'safe', required: ['a', 'b'] };
    const options = { tools: ['math.add', 'echo'] };
    const code = `
      local list = tool.list{ category = 'math' }
      local info = tool.info('math.add')
      return { list = { list[1].name }, found = tool.search('sum of numbers')[1].name, security = info.security, required = info.input.required }`;
    expect(await run(lua(code), options)).toEqual(expected);
    const script = `
      const info = await tool.info('math.add');
      ({ list: (await tool.list({ category: 'math' })).map(({ name }) => name), found: (await tool.search('sum of numbers'))[0].name,
         security: info.security, required: info.input.required })`;
    expect(await run(javascript(script), options)).toEqual(expected);
    expect(await run(lua('return #tool.list()'), options)).toBe(2);
    expect(await run(lua('return #tool.list()'), {})).toBe(0);
  });

  it.each<[string, Source, RunOptions, string, string]>([
    ['none', lua('return tool.math.add{ a = 1, b = 2 }'), {}, 'PERMISSION_DENIED', "add 'math.add' to options.tools"],
    ['none', javascript('await tool.echo({})'), { tools: false }, 'PERMISSION_DENIED', "add 'echo' to options.tools"],
    [
      'others',
      lua('return tool.echo{}'),
      { tools: ['math.add'] },
      'PERMISSION_DENIED',
      'options.tools does not have it',
    ],
    [
      'others',
      lua('return tool.info("echo")'),
      { tools: ['math.add'] },
      'PERMISSION_DENIED',
      'options.tools does not have it',
    ],
    ['all', lua('return tool.ecko{}'), { tools: true }, 'TOOL_NOT_FOUND', 'did you mean echo?'],
    ['all', javascript('await tool.fails({})'), { tools: true }, 'TOOL_FAILED', 'bad luck'],
    ['all', lua('return tool.math.add{ a = "1" }'), { tools: true }, 'TOOL_INPUT', 'input.b is missing'],
    [
      'all',
      javascript('await tool.hidden({})'),
      { tools: true },
      'PERMISSION_DENIED',
      "set policy.security to 'restricted'",
    ],
    ['all', lua('return tool.call(5)'), { tools: true }, 'INVALID_ARGUMENT', 'name is 5; it must be a text'],
    ['all', javascript('await tool.list(5)'), { tools: true }, 'INVALID_ARGUMENT', 'filter is 5'],
    [
      'all',
      javascript('await tool.list({ colour: 1 })'),
      { tools: true },
      'INVALID_ARGUMENT',
      'filter.colour is not an option',
    ],
  ])('that has %s gets an error with a code', async (_, source, options, code, message) => {
    const { error } = await runtime.start(source, options).outcome;
    expect(error).toMatchObject({ code });
    expect(error?.message).toContain(message);
  });

  it('catches the errors of tools', async () => {
    const code = 'local ok, e = pcall(tool.fails, {}) return { ok, e.code, tostring(e) }';
    expect(await run(lua(code))).toEqual([false, 'TOOL_FAILED', "the tool 'fails' failed: bad luck"]);
    const caught = await run(javascript('try { await tool.fails({}) } catch ({ code, message }) { [code, message] }'));
    expect(caught).toEqual(['TOOL_FAILED', "the tool 'fails' failed: bad luck"]);
  });

  it('has its calls of tools counted as calls of the host', async () => {
    const limits = { hostCalls: 3 };
    for (const source of [lua('while true do tool.echo{} end'), javascript('for (;;) await tool.echo({})')]) {
      const { error, usage } = await runtime.start(source, { tools: true, limits }).outcome;
      expect(error).toMatchObject({ code: 'HOST_CALL_LIMIT' });
      expect(usage.hostCalls).toBe(3);
    }
  });

  it('ends its calls with itself', async () => {
    for (const source of [lua('tool.stuck{}'), javascript('await tool.stuck({})')]) {
      const { kind } = await runtime.start(source, { tools: true, limits: { timeout: 50 } }).outcome;
      expect(kind).toBe('timed-out');
      await until(() => stuck === 0 && registry.pending === 0);
    }
  });

  it('waits for tools without holding a thread', async () => {
    const waiting = Array.from({ length: 12 }, (_, index) =>
      runtime.start(index % 2 === 0 ? lua('tool.stuck{}') : javascript('await tool.stuck({})'), { tools: true }),
    );
    await until(() => stuck === 12);
    expect(await run(lua('return tool.math.add{ a = 1, b = 2 }'))).toBe(3);
    await Promise.all(waiting.map((task) => task.cancel()));
    await until(() => stuck === 0);
  });

  it('can be run by a tool, with the tools of that call', async () => {
    expect(await run(lua('return tool.nested{}'))).toBe(5);
  });

  it('can be run by a tool although every slot is held by those that wait for it', async () => {
    const echoed = tool('deeper', {
      handler: (input, { runtime: inner, tools }) => {
        const { depth } = input as { depth: number };
        return inner.run(lua(`return tool.deeper{ depth = ${depth + 1} }`), { tools });
      },
    });
    const deep = new ToolRegistry({ tools: [...registry.list().map(({ name }) => registry.get(name)), echoed] });
    await using narrow = await createRuntime({ threads: 1, slots: 2, tools: deep });
    const both = await Promise.all([1, 2].map(() => narrow.run(lua('return tool.nested{}'), { tools: true })));
    expect(both).toEqual([5, 5]);
    const { error } = await narrow.start(lua('return tool.deeper{ depth = 0 }'), { tools: true }).outcome;
    expect(error).toMatchObject({ code: 'TOOL_FAILED' });
    expect(error?.message).toContain('scripts have the host run scripts 4 deep');
  });

  it('sees nothing odd about `tool`', async () => {
    const odd = javascript(
      '[typeof tool, typeof tool.x.y, tool.then, tool.x.then, String(tool[Symbol.iterator]), Object.keys(tool).join()]',
    );
    expect(await run(odd)).toEqual(['object', 'function', undefined, undefined, 'undefined', 'call,list,search,info']);
    expect(await run(javascript('console.log(tool, tool.x); await tool; 1'))).toBe(1);
    expect(await run(lua('return { type(tool), type(tool.x.y), tool[1], tool.x[2] }'))).toEqual(['table', 'table']);
  });

  it('cannot reach more by what it hands over as a name', async () => {
    for (const name of ['__proto__', 'constructor', 'x'.repeat(100_000), '', 'math\0add', '*']) {
      const { error } = await runtime.start(lua('return tool.call(..., {})'), { tools: true, args: [name] }).outcome;
      expect(error).toMatchObject({ code: 'TOOL_NOT_FOUND' });
      expect(error?.message.length).toBeLessThan(300);
    }
    const code = 'local forged = tool.x forged[1] = "hidden" return forged({})';
    expect((await runtime.start(lua(code), { tools: true }).outcome).error).toMatchObject({
      code: 'PERMISSION_DENIED',
    });
    const pollution = `await tool.echo(JSON.parse('{"__proto__": {"x": 1}}'))`;
    expect((await runtime.start(javascript(pollution), { tools: true }).outcome).error).toMatchObject({
      code: 'TOOL_INPUT',
    });
  });

  it('is told of as the caller', async () => {
    const callers: string[] = [];
    const listener = ({ caller }: { caller: string }) => callers.push(caller);
    registry.on('call', listener);
    const task = runtime.start(lua('tool.echo{}'), { tools: true });
    await task.outcome;
    registry.off('call', listener);
    expect(callers).toEqual([`script ${task.id}`]);
  });

  it('is told of beside whoever it works for', async () => {
    const callers: string[] = [];
    const listener = ({ caller }: { caller: string }) => callers.push(caller);
    registry.on('call', listener);
    const task = runtime.start(lua('tool.echo{}'), { tools: registry.under({}, 'client 7') });
    await task.outcome;
    registry.off('call', listener);
    expect(callers).toEqual([`client 7, script ${task.id}`]);
  });

  it('can have the tools of another registry, or of one under another policy', async () => {
    const view = registry.under({ security: 'restricted', deny: ['math.*'] });
    expect(await run(lua('return tool.hidden{}'), { tools: view })).toBe('secret');
    const { error } = await runtime.start(lua('return tool.math.add{}'), { tools: view }).outcome;
    expect(error?.message).toContain('policy.deny has');
  });

  it('has them in a process of its own too', async () => {
    const options = { tools: true, isolation: 'process' } as const;
    expect(await run(lua('return tool.math.add{ a = 1, b = 2 }'), options)).toBe(3);
  });
});

describe('a script that a tool runs', () => {
  const hungry = (size: string): Source => lua(`return #string.rep("x", ${size})`);
  const small = { limits: { memory: '2mb' } } as const;
  const code = (ran: Promise<unknown>) => ran.catch((error: { code: string }) => error.code);

  it.each<[string, ToolDefinition['handler'], unknown]>([
    ['run', (_, { runtime: own }) => own.run(hungry('5e6')), 'OUT_OF_MEMORY'],
    [
      'run, asking for more',
      (_, { runtime: own }) => own.run(hungry('5e6'), { limits: { memory: '64mb' } }),
      'OUT_OF_MEMORY',
    ],
    ['start', (_, { runtime: own }) => own.start(hungry('5e6')).result, 'OUT_OF_MEMORY'],
    ['runSync', (_, { runtime: own }) => own.runSync(hungry('5e6')), 'OUT_OF_MEMORY'],
    [
      'map',
      async (_, { runtime: own }) => {
        for await (const size of own.map(lua('return #string.rep("x", ...)'), [5e6])) return size;
        return undefined;
      },
      'OUT_OF_MEMORY',
    ],
    ['run, with enough', (_, { runtime: own }) => own.run(hungry('1e5')), 1e5],
    ['stats', (_, { runtime: own }) => own.stats().threads.count, 2],
  ])('has the memory of the call: %s', async (_, handler, expected) => {
    const own = new ToolRegistry({ tools: [tool('hungry', { ...small, handler })], runtime });
    expect(await code(own.call('hungry', {}))).toBe(expected);
    const policy = new ToolRegistry({ tools: [tool('hungry', { handler })], runtime, policy: small });
    expect(await code(policy.call('hungry', {}))).toBe(expected);
  });

  it('is refused what the runtime refuses', async () => {
    const handler = (_: unknown, { runtime: own }: ToolContext) =>
      own.run(hungry('1'), { limits: { memory: 'x' } } as never);
    const own = new ToolRegistry({ tools: [tool('wrong', { handler })], runtime });
    await expect(own.call('wrong', {})).rejects.toThrow("options.limits.memory is 'x'");
  });
});

describe('a module task', () => {
  const module = new URL('./modules/uses-tools.mjs', import.meta.url);

  it('calls tools by its context', async () => {
    expect(await run({ module }, { args: [1], tools: true })).toEqual({
      byField: 2,
      byName: 3,
      list: ['math.add'],
      found: 'math.add',
      security: 'safe',
    });
  });

  it('gets an error with a code', async () => {
    const error = await run({ module, export: 'fails' }, { tools: ['math.add'] });
    expect(error).toMatchObject({ code: 'PERMISSION_DENIED' });
  });
});

describe('a runtime', () => {
  it('takes tools as a list', async () => {
    await using other = await createRuntime({ threads: 1, tools: [registry.get('math.add')] });
    expect(await other.run(lua('return tool.math.add{ a = 1, b = 2 }'), { tools: ['math.add'] })).toBe(3);
  });

  it.each([
    [{ tools: 5 }, 'options.tools is 5; it must be true, an array of names of tools, or a ToolRegistry'],
    [{ tools: [5] }, 'options.tools is [ 5 ]'],
    [{ tools: { call: 1 } }, 'options.tools'],
  ])('refuses %j', async (options, message) => {
    expect(() => runtime.start(lua('return 1'), options as never)).toThrow(message);
  });

  it('without tools says so', async () => {
    await using other = await createRuntime({ threads: 1 });
    expect(() => other.start(lua('return 1'), { tools: true })).toThrow('the runtime has no tools');
    expect(() => other.runSync(lua('return 1'), { tools: true } as never)).toThrow('options.tools');
  });
});
