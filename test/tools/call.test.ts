import { describe, expect, it } from 'vitest';
import type { StintError } from '#stint/errors/stint-error';
import { type AuditEvent, defineTool, type ToolContext, type ToolDefinition, ToolRegistry } from '#stint/tools/index';
import { until } from '../io/local.js';
import { errorOf } from './calling.js';

function registryWith(definition: Partial<ToolDefinition> & Pick<ToolDefinition, 'handler'>) {
  const registry = new ToolRegistry();
  const events: AuditEvent[] = [];
  registry.on('call', (event) => events.push(event));
  const common = { name: 'probe', description: 'Does what a test wants.', category: 'test', input: {} } as const;
  registry.add(defineTool({ ...common, security: 'safe', ...definition }));
  return { registry, events };
}

const never = () => new Promise<never>(() => undefined);

describe('a call', () => {
  it('ends at its deadline, though the handler does not heed it, and tells it by its signal', async () => {
    let reason: unknown;
    const { registry } = registryWith({
      limits: { timeout: 20 },
      handler: (_, { signal }) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
        });
        return never();
      },
    });
    const error = await errorOf(registry.call('probe', {}));
    expect(error).toMatchObject({ code: 'TIMEOUT', message: "the tool 'probe' did not answer within 20 ms" });
    expect(reason).toBe(error);
    expect(registry.pending).toBe(0);
  });

  it.each([
    ['the tool says', { limits: { timeout: 20 } }, {}, {}],
    ['the policy says', {}, { limits: { timeout: 20 } }, {}],
    ['the caller says', {}, {}, { timeout: 20 }],
  ])('has the deadline that %s, if it is the nearest', async (_, definition, policy, options) => {
    const { registry } = registryWith({ ...definition, handler: never });
    const error = await errorOf(registry.call('probe', {}, { ...options, policy }));
    expect(error.message).toContain('within 20 ms');
  });

  it('does not get more time from the policy or the caller than the tool has', async () => {
    const { registry } = registryWith({ limits: { timeout: 20 }, handler: never });
    const error = await errorOf(registry.call('probe', {}, { timeout: '10s', policy: { limits: { timeout: '20s' } } }));
    expect(error.message).toContain('within 20 ms');
  });

  it('waits for a handler that cleans up when it is told to end', async () => {
    let [begun, cleaned] = [false, false];
    const { registry } = registryWith({
      handler: async (_, { signal }) => {
        begun = true;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await new Promise(setImmediate);
        cleaned = true;
      },
    });
    const controller = new AbortController();
    const call = errorOf(registry.call('probe', {}, { signal: controller.signal }));
    await until(() => begun);
    controller.abort(new Error('not wanted'));
    expect(await call).toMatchObject({ code: 'CANCELLED', name: 'AbortError' });
    expect(cleaned).toBe(true);
  });

  it('that was cancelled before is not made', async () => {
    let calls = 0;
    const { registry } = registryWith({ handler: () => ++calls });
    const error = await errorOf(registry.call('probe', {}, { signal: AbortSignal.abort('late') }));
    expect(error.message).toContain('was cancelled: late');
    expect(calls).toBe(0);
  });

  it('disposes of what it acquired in reverse order, however it ends', async () => {
    for (const end of ['returns', 'throws', 'times out'] as const) {
      const order: string[] = [];
      const { registry } = registryWith({
        limits: { timeout: 50 },
        handler: (_, { scope }) => {
          scope.defer(() => void order.push('first'));
          scope.defer(async () => void order.push('second'));
          if (end === 'throws') throw new Error('no');
          return end === 'returns' ? 1 : never();
        },
      });
      await registry.call('probe', {}).catch(() => undefined);
      expect(order).toEqual(['second', 'first']);
    }
  });

  it('gets a copy of the input, and gives a copy of the result', async () => {
    const kept = { list: [1] };
    let got: unknown;
    const { registry } = registryWith({
      handler: (input) => {
        got = input;
        return kept;
      },
    });
    const given = { deep: { a: 1 } };
    const result = await registry.call('probe', given);
    expect(got).toEqual(given);
    expect((got as typeof given).deep).not.toBe(given.deep);
    expect(result).toEqual(kept);
    expect((result as typeof kept).list).not.toBe(kept.list);
  });

  it.each([
    ['an error', new TypeError('bad'), 'TOOL_FAILED', "the tool 'probe' failed: bad"],
    ['no error at all', 'text', 'TOOL_FAILED', "the tool 'probe' failed: 'text'"],
    ['undefined', undefined, 'TOOL_FAILED', "the tool 'probe' failed: undefined"],
  ])('that throws %s fails with it as its cause', async (_, thrown, code, message) => {
    for (const handler of [
      () => {
        throw thrown;
      },
      () => Promise.reject(thrown),
      async function* () {
        yield 1;
        throw thrown;
      },
    ]) {
      const { registry } = registryWith({ handler });
      const error = await errorOf(registry.call('probe', {}));
      expect(error).toMatchObject({ code, message });
      expect(error.cause).toBe(thrown);
    }
  });

  it.each([[() => () => 1], [() => Symbol('x')], [() => new Map()], [() => ({ a: new (class A {})() })]])(
    'fails if it returns what cannot be handed on: %s',
    async (handler) => {
      const { registry } = registryWith({ handler });
      expect(await errorOf(registry.call('probe', {}))).toMatchObject({ code: 'TOOL_FAILED' });
    },
  );

  it('fails if its result is not what its schema says', async () => {
    const { registry } = registryWith({ output: { type: 'object', required: ['sum'] }, handler: () => ({ total: 1 }) });
    const error = await errorOf(registry.call('probe', {}));
    expect(error).toMatchObject({ code: 'TOOL_FAILED' });
    expect(error.message).toContain('output.sum is missing');
  });

  it('has a bound for its output, parts and result together', async () => {
    const { registry } = registryWith({
      limits: { output: 1000 },
      handler: async function* () {
        yield 'x'.repeat(300);
        return 'y'.repeat(300);
      },
    });
    expect(await errorOf(registry.call('probe', {}))).toMatchObject({ code: 'OUTPUT_LIMIT' });
    expect(await registry.call('probe', {}, {}).catch(({ message }) => message)).toContain('raise limits.output');
  });

  it('that cannot clean up is told of as a warning, and keeps its result', async () => {
    const { registry } = registryWith({
      handler: (_, { scope }) => {
        scope.defer(() => {
          throw new Error('stuck');
        });
        return 1;
      },
    });
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    expect(await registry.call('probe', {})).toBe(1);
    expect((await warned).message).toBe("the tool 'probe' could not clean up: stuck");
  });
});

describe('a call whose clean-up never ends', () => {
  it('settles, and says so', async () => {
    const { registry } = registryWith({
      handler: (_, { scope }) => {
        scope.defer(never);
        return 1;
      },
    });
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    expect(await registry.call('probe', {})).toBe(1);
    expect((await warned).message).toContain('it was not done after 1000 ms');
  });
});

describe('a streaming tool', () => {
  it('hands on what it yields, and returns its result', async () => {
    for (const handler of [
      function* () {
        yield 1;
        yield { two: 2 };
        return 'done';
      },
      async function* () {
        yield 1;
        yield { two: 2 };
        return 'done';
      },
    ]) {
      const parts: unknown[] = [];
      const { registry } = registryWith({ handler });
      expect(await registry.call('probe', {}, { onPart: (part) => void parts.push(part) })).toBe('done');
      expect(parts).toEqual([1, { two: 2 }]);
    }
  });

  it('waits until a part is taken', async () => {
    let yielded = 0;
    const { registry } = registryWith({
      handler: async function* () {
        for (; yielded < 10; yielded += 1) yield yielded;
      },
    });
    let take: () => void = () => undefined;
    const call = registry.call('probe', {}, { onPart: () => new Promise((resolve) => (take = resolve)) });
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    expect(yielded).toBe(0);
    const taking = setInterval(() => take(), 1);
    await call;
    clearInterval(taking);
    expect(yielded).toBe(10);
  });

  it('runs its finally blocks when it is cancelled between two parts', async () => {
    let cleaned = false;
    const { registry } = registryWith({
      handler: async function* () {
        try {
          for (;;) yield 1;
        } finally {
          cleaned = true;
        }
      },
    });
    const controller = new AbortController();
    let parts = 0;
    const onPart = async () => {
      parts += 1;
      if (parts === 3) controller.abort();
      await new Promise(setImmediate);
    };
    const error = await errorOf(registry.call('probe', {}, { signal: controller.signal, onPart }));
    expect(error.code).toBe('CANCELLED');
    expect(cleaned).toBe(true);
  });

  it('ends at its deadline, though it yields without a pause', async () => {
    const { registry } = registryWith({
      limits: { timeout: 20 },
      handler: function* () {
        for (;;) yield 1;
      },
    });
    expect(await errorOf(registry.call('probe', {}))).toMatchObject({ code: 'TIMEOUT' });
  });

  it.each([
    ['a generator', (iterator: AsyncIterator<number>) => ({ ...iterator, return: async () => ({ done: true }) })],
    ['what cannot be told to end', (iterator: AsyncIterator<number>) => iterator],
  ])('gives no part after the end of its call, however it goes on (%s)', async (_, shape) => {
    const parts: unknown[] = [];
    let goOn!: () => void;
    const resting = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let asked = 0;
    const next = async () => {
      asked += 1;
      if (asked === 2) await resting;
      return { done: false as const, value: asked };
    };
    const handler = () => ({ ...shape({ next }), [Symbol.asyncIterator]: () => undefined }) as never;
    const { registry } = registryWith({ limits: { timeout: 20 }, handler });
    const error = await errorOf(registry.call('probe', {}, { onPart: (part) => void parts.push(part) }));
    expect(error).toMatchObject({ code: 'TIMEOUT' });
    goOn();
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    expect({ parts, asked }).toEqual({ parts: [1], asked: 2 });
  });

  it('ends when its caller cannot take a part', async () => {
    const { registry } = registryWith({
      handler: async function* () {
        for (;;) yield 1;
      },
    });
    const onPart = () => {
      throw new Error('gone');
    };
    const error = await errorOf(registry.call('probe', {}, { onPart }));
    expect(error).toMatchObject({ code: 'CANCELLED' });
    expect(error.message).toContain('gone');
  });
});

describe('progress', () => {
  it('is told as the tool says, and not after its end', async () => {
    let late: ToolContext | undefined;
    const { registry } = registryWith({
      handler: (_, context) => {
        late = context;
        context.progress(1);
        context.progress(2, 4, 'half');
      },
    });
    const told: unknown[] = [];
    await registry.call('probe', {}, { onProgress: (progress) => told.push(progress) });
    late?.progress(4, 4);
    expect(told).toEqual([{ done: 1 }, { done: 2, total: 4, message: 'half' }]);
  });

  it('that its caller cannot take ends the call', async () => {
    const { registry } = registryWith({ handler: (_, { progress }) => progress(1) });
    const onProgress = () => {
      throw new Error('gone');
    };
    const error = await errorOf(registry.call('probe', {}, { onProgress }));
    expect(error).toMatchObject({ code: 'CANCELLED' });
    expect(error.message).toContain('gone');
  });
});

describe('a hostile input', () => {
  const polluting = [
    '{"__proto__": {"polluted": true}}',
    '{"a": {"__proto__": {"polluted": true}}}',
    '[{"__proto__": 1}]',
    '{"constructor": {"prototype": {"polluted": true}}}',
  ];

  it.each(polluting)('that could reach a prototype is refused: %s', async (text) => {
    const { registry } = registryWith({ handler: (input) => Object.assign({}, input) });
    const error = await errorOf(registry.call('probe', JSON.parse(text)));
    expect(error).toMatchObject({ code: 'TOOL_INPUT' });
    expect(error.message).toContain('is a key that is not allowed: it could reach a prototype');
    expect('polluted' in {}).toBe(false);
  });

  it('may have keys that only sound like it', async () => {
    const { registry } = registryWith({ handler: (input) => input });
    const input = { constructor: 'Ada', prototype: 1, toString: 'x', hasOwnProperty: 2 };
    expect(await registry.call('probe', input)).toEqual(input);
  });

  it.each([
    ['too large', () => 'x'.repeat(100_000), 'the input has more than 100000 bytes'],
    ['too large by its keys', () => ({ ['k'.repeat(60_000)]: 1 }), 'the input has more than 100000 bytes'],
    ['bytes', () => new Uint8Array(100_001), 'the input has more than 100000 bytes'],
    ['too deep', () => Array.from({ length: 200 }).reduce<unknown>((inner) => [inner], 1), 'nested deeper than 100'],
    ['a cycle', cycle, 'it contains itself'],
    ['sparse', () => new Array(2 ** 32 - 1), 'more than 1000000 values'],
    ['a proxy', () => new Proxy({}, {}), 'a proxy'],
    [
      'a trap',
      () => ({
        get a() {
          throw new Error('boo');
        },
      }),
      'a getter that throws',
    ],
  ])('that is %s is refused', async (_, make, message) => {
    const { registry } = registryWith({ limits: { input: 100_000 }, handler: () => 1 });
    const error = await errorOf(registry.call('probe', make()));
    expect(error).toMatchObject({ code: 'TOOL_INPUT' });
    expect(error.message).toContain(message);
  });

  function cycle(): unknown {
    const value: { self?: unknown } = {};
    value.self = value;
    return value;
  }
});

describe('tools that call tools', () => {
  function counting() {
    const { registry, events } = registryWith({ handler: (input) => input });
    const add = (name: string, handler: ToolDefinition['handler'], security: ToolDefinition['security'] = 'safe') =>
      registry.add(defineTool({ name, description: 'x', category: 'test', security, input: {}, handler }));
    return { registry, events, add };
  }

  it('do it under the same policy', async () => {
    const { registry, add } = counting();
    add('outer', (_, { call }) => call('inner', {}));
    add('inner', () => 'secret', 'restricted');
    expect(await errorOf(registry.call('outer', {}))).toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(await registry.call('outer', {}, { policy: { security: 'restricted' } })).toBe('secret');
    const denied = await errorOf(registry.call('outer', {}, { policy: { security: 'restricted', deny: ['inner'] } }));
    expect(denied.message).toContain('take it out of policy.deny');
  });

  it('do it within the same time', async () => {
    const { registry, add } = counting();
    let reason: unknown;
    add('outer', (_, { call }) => call('inner', {}));
    add('inner', async (_, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      reason = signal.reason;
    });
    const error = await errorOf(registry.call('outer', {}, { timeout: 30 }));
    expect(error.code).toBe('TIMEOUT');
    expect((reason as StintError).code).toBe('TIMEOUT');
  });

  it('keep what those yield and tell to themselves', async () => {
    const { registry, add } = counting();
    add('outer', async function* (_, { call, progress }) {
      progress(1);
      yield 'outer';
      await call('inner', {});
    });
    add('inner', async function* (_, { progress }) {
      progress(2);
      yield 'inner';
    });
    const told: unknown[] = [];
    const onPart = (part: unknown) => void told.push(part);
    await registry.call('outer', {}, { onPart, onProgress: ({ done }) => void told.push(done) });
    expect(told).toEqual([1, 'outer']);
  });

  it('do not do it without end', async () => {
    const { registry, add } = counting();
    add('again', (_, { call }) => call('again', {}));
    expect((await errorOf(registry.call('again', {}))).message).toContain('tools call each other 17 deep');
  });

  it('are told of with the call in which they were called', async () => {
    const { registry, events, add } = counting();
    add('outer', (_, { call }) => call('probe', 1));
    await registry.call('outer', {}, { caller: 'client 7' });
    await until(() => events.length === 2);
    expect(events).toMatchObject([
      { id: 2, tool: 'probe', caller: 'tool outer', parent: 1 },
      { id: 1, tool: 'outer', caller: 'client 7' },
    ]);
  });
});

describe('the audit', () => {
  it('has one event for each call, refused and unknown ones too', async () => {
    const { registry, events } = registryWith({
      input: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
      handler: (input) => {
        if (!(input as { ok: boolean }).ok) throw new Error('no');
        return 'fine';
      },
    });
    await registry.call('probe', { ok: true });
    for (const [name, input, policy] of [
      ['probe', { ok: false }, {}],
      ['probe', {}, {}],
      ['nothing', {}, {}],
      ['probe', { ok: true }, { deny: ['probe'] }],
    ] as const) {
      await errorOf(registry.call(name, input, { policy }));
    }
    await until(() => events.length === 5);
    expect(events.map(({ id, outcome }) => [id, outcome])).toEqual([
      [1, 'completed'],
      [2, 'TOOL_FAILED'],
      [3, 'TOOL_INPUT'],
      [4, 'TOOL_NOT_FOUND'],
      [5, 'PERMISSION_DENIED'],
    ]);
    const [first] = events as [AuditEvent];
    expect(first).toMatchObject({ tool: 'probe', caller: 'program', inputBytes: 20, outputBytes: 16, reached: [] });
    expect(first.ms).toBeGreaterThanOrEqual(0);
    expect(Math.abs(first.at.getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('holds nothing of what went in or came out', async () => {
    const { registry, events } = registryWith({ handler: () => 'a secret' });
    await registry.call('probe', { password: 'another secret' });
    await until(() => events.length === 1);
    expect(JSON.stringify(events)).not.toContain('secret');
  });
});
