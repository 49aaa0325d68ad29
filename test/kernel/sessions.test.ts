import { describe, expect, it } from 'vitest';
import { Session } from '#stint/kernel/sessions/session';
import { DEFAULT_LIMITS, resolveLimits } from '#stint/runtime/limits';
import { makeKernel, makeUnixKernel } from './helpers.js';

describe('a session', () => {
  it.each([
    ['lua', ['x = 1', 'function f() return x + 1 end', 'f() + 40'], 42],
    [
      'javascript',
      ['let x = 1; const { y, z: [w] } = { y: 2, z: [39] };', 'function f() { return x + y + w }', 'f()'],
      42,
    ],
    [
      'javascript',
      ['class A { m() { return 1 } }', 'var a = new A(), b', 'b = await Promise.resolve(a.m()); b + 41'],
      42,
    ],
    [
      'typescript',
      ['let x: number = 41; interface I { a: 1 }', 'const f = (n: number): number => n + x', 'f(1) as number'],
      42,
    ],
  ] as const)('keeps its variables (%s)', async (language, pieces, expected) => {
    const { connect } = await makeUnixKernel();
    const client = await connect();
    await using session = await client.sessions.open({ language });
    let last: unknown;
    for (const piece of pieces) last = await session.run(piece);
    expect(last).toBe(expected);
  });

  it.each(['lua', 'javascript'] as const)(
    'gives arguments to a piece and takes values and output back (%s)',
    async (language) => {
      const kernel = await makeKernel();
      const client = kernel.client();
      const session = await client.sessions.open({ language });
      const written: string[] = [];
      const code =
        language === 'lua' ? 'local a, b = ... print(a) return { b, 2.5 }' : 'console.log(args[0]); [args[1], 2.5]';
      const value = await session.run(code, { args: ['hey', [1n << 60n]], output: (text) => written.push(text) });
      expect(value).toEqual([[1n << 60n], 2.5]);
      expect(written.join('')).toBe('hey\n');
    },
  );

  it.each([
    ['lua', 'error("boo")', { code: 'SCRIPT_ERROR', line: 1, message: 'session:1: boo' }],
    ['lua', 'x = = 1', { code: 'SCRIPT_SYNTAX', line: 1 }],
    [
      'lua',
      'return function() end',
      { code: 'VALUE_NOT_TRANSFERABLE', message: expect.stringMatching(/^result cannot/) },
    ],
    ['lua', 'functions = 1 load = nil xpcall = nil pcall = nil error({})', { code: 'SCRIPT_ERROR' }],
    ['javascript', '\nlet o = null;\no.x()', { code: 'SCRIPT_ERROR', line: 3, scriptErrorName: 'TypeError' }],
    ['javascript', 'let = = 1', { code: 'SCRIPT_SYNTAX', line: 1 }],
    ['javascript', '() => 1', { code: 'VALUE_NOT_TRANSFERABLE' }],
    [
      'javascript',
      'globalThis.eval = 1; Error = null; Promise = null; throw 7',
      { code: 'SCRIPT_ERROR', message: '7' },
    ],
    ['javascript', 'throw { get message() { throw 1 } }', { code: 'SCRIPT_ERROR' }],
    ['typescript', 'let x: number = ;', { code: 'SCRIPT_SYNTAX' }],
  ] as const)('goes on after a piece that failed (%s: %s)', async (language, code, error) => {
    const client = (await makeKernel()).client();
    const session = await client.sessions.open({ language });
    await session.run(language === 'lua' ? 'kept = 7' : 'var kept = 7');
    await expect(session.run(code)).rejects.toMatchObject(error);
    expect(await session.run('kept')).toBe(7);
  });

  it.each([
    ['lua', 'while true do end'],
    ['lua', 'while true do pcall(error) end'],
    ['javascript', 'for (;;);'],
    ['javascript', 'await new Promise(() => {})'],
  ] as const)(
    'stops a piece at its deadline, says that the variables are lost, and goes on empty (%s: %s)',
    async (language, code) => {
      const client = (await makeKernel()).client();
      const session = await client.sessions.open({ language });
      await session.run(language === 'lua' ? 'x = 1' : 'var x = 1');
      await expect(session.run(code, { timeout: 50 })).rejects.toMatchObject({
        code: 'TIMEOUT',
        message: expect.stringMatching(/50 ms; the variables of the session are lost/),
      });
      expect((await session.info()).state).toBe('empty');
      expect(await session.run(language === 'lua' ? 'x == nil' : 'typeof x')).toBe(
        language === 'lua' ? true : 'undefined',
      );
    },
  );

  it('has no deadline between pieces, and the own one of each piece', async () => {
    const client = (await makeKernel()).client();
    const session = await client.sessions.open({ language: 'lua', limits: { timeout: 1000 } });
    await session.run('x = 1');
    await session.run('sleep(1200)', { timeout: '20s' });
    expect(await session.run('x')).toBe(1);
    await expect(session.run('sleep(20000)')).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('can be interrupted by another client of the same listener', async () => {
    const { connect } = await makeUnixKernel();
    const [one, other] = [await connect(), await connect()];
    const session = await one.sessions.open({ language: 'lua' });
    const running = session.run('print("on") while true do end', { output: () => void begun() });
    let begun!: () => void;
    await new Promise<void>((resolve) => {
      begun = resolve;
    });
    expect(await (await other.sessions.resume(session.id)).interrupt()).toBe(true);
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await session.interrupt()).toBe(false);
  });

  it('bounds the output and memory of a piece', async () => {
    const client = (await makeKernel()).client();
    const session = await client.sessions.open({ language: 'lua', limits: { output: 1000, memory: '8mb' } });
    await expect(session.run('for i = 1, 1000 do print("0123456789") end')).rejects.toMatchObject({
      code: 'OUTPUT_LIMIT',
    });
    await expect(session.run('local t = {} while true do t[#t + 1] = string.rep("x", 1e5) end')).rejects.toMatchObject({
      code: 'OUT_OF_MEMORY',
    });
    expect(await session.run('1 + 1')).toBe(2);
  });

  it('runs pieces one by one in the order in which they came, and a bounded number of them', async () => {
    const client = (await makeKernel()).client();
    const session = await client.sessions.open({ language: 'lua' });
    const pieces = Array.from({ length: 16 }, (_, i) =>
      session.run(`order = (order or "") .. "${i % 10}" return order`),
    );
    expect((await Promise.all(pieces)).at(-1)).toBe('0123456789012345');
    const blocked = Array.from({ length: 16 }, () => session.run('sleep(30000)').catch((error) => error.code));
    await expect(session.run('1')).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    await session.close();
    expect(new Set(await Promise.all(blocked))).toEqual(new Set(['CANCELLED']));
  });

  it('keeps artifacts, of scripts and of clients, under a limit', async () => {
    const { connect } = await makeUnixKernel({ limits: { artifacts: 1000 } });
    const session = await (await connect()).sessions.open({ language: 'javascript' });
    await session.run(
      'await artifact.save("report.txt", "done"); await artifact.save("raw", new Uint8Array([1, 255]), "image/png")',
    );
    expect(await session.artifacts.list()).toEqual([
      { name: 'report.txt', type: 'text/plain', bytes: 4 },
      { name: 'raw', type: 'image/png', bytes: 2 },
    ]);
    expect(await session.artifacts.load('raw')).toMatchObject({ data: Uint8Array.of(1, 255) });
    await session.artifacts.save('in', 'x'.repeat(990));
    expect(await session.run('(await artifact.load("in")).length')).toBe(990);
    await expect(session.run('await artifact.save("more", "0123456789")')).rejects.toMatchObject({
      message: expect.stringContaining('at most 1000'),
    });
    await session.artifacts.remove('in');
    await session.artifacts.save('more', 'x'.repeat(990));
    await expect(session.artifacts.load('in')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(session.artifacts.save('', 'x')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('sessions', () => {
  it('outlive the connection, are listed, and can be resumed', async () => {
    const { connect } = await makeUnixKernel();
    const first = await connect();
    const session = await first.sessions.open({ language: 'lua', name: 'mine' });
    await session.run('x = 7');
    await first.close();
    const second = await connect();
    expect(await second.sessions.list()).toMatchObject([
      { id: session.id, name: 'mine', language: 'lua', state: 'idle', pieces: 1 },
    ]);
    expect(await (await second.sessions.resume(session.id)).run('x')).toBe(7);
  });

  it('are not there for clients of another listener, or of the process', async () => {
    const { kernel, connect } = await makeUnixKernel();
    const { connect: connectTo } = await import('#stint/kernel/transport/connect');
    const session = await (await connect()).sessions.open({ language: 'lua' });
    const tcp = await kernel.listen({ tcp: '127.0.0.1:0' });
    for (const stranger of [await connectTo(tcp.connection), kernel.client()]) {
      expect(await stranger.sessions.list()).toEqual([]);
      await expect(stranger.sessions.resume(session.id)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  it('are closed when nobody uses them for their idle time, with VM and artifacts', async () => {
    const { connect, kernel } = await makeUnixKernel();
    const client = await connect();
    const expired = new Promise<unknown>((resolve) => {
      void client.subscribe('session', (event) => event.type === 'expired' && resolve(event));
    });
    // One that may be idle for long does not put the look at the others off.
    const other = await client.sessions.open({ language: 'lua' });
    const session = await client.sessions.open({ language: 'lua', idle: 1000 });
    await session.run('x = 1');
    expect(await expired).toEqual({ type: 'expired', session: session.id });
    await expect(session.run('x')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await other.close();
    expect(kernel.stats()).toMatchObject({ sessions: 0, runtime: { live: 0 } });
  });

  it('leave nothing when they or the kernel are closed', async () => {
    const { connect, kernel } = await makeUnixKernel({ limits: { sessions: 2 } });
    const client = await connect();
    const [one, two] = [
      await client.sessions.open({ language: 'lua' }),
      await client.sessions.open({ language: 'javascript' }),
    ];
    await expect(client.sessions.open({ language: 'lua' })).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    await Promise.all([one.run('x = 1'), two.run('var x = 1')]);
    expect(kernel.runtime.stats().live).toBe(2);
    await one.close();
    expect(kernel.runtime.stats().live).toBe(1);
    await expect(one.run('x')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await kernel.close();
    expect(kernel.runtime.stats().live).toBe(0);
  });

  it('that is interrupted while its piece is made ready does not run it, and keeps its variables', async () => {
    const kernel = await makeKernel();
    const plan = { name: 'x', language: 'typescript', idle: 60_000, artifacts: 1000, options: {} } as const;
    const session = new Session(
      () => kernel.runtime,
      { ...plan, limits: resolveLimits({}, DEFAULT_LIMITS, 'limits') },
      () => undefined,
    );
    const run = (code: string) =>
      session.run(code, { args: [], timeout: 5000, signal: new AbortController().signal, output: () => undefined });
    await run('let kept = 42');
    const running = run('for (;;) {}');
    while (session.info().state !== 'running') await undefined;
    expect(session.interrupt('enough')).toBe(true);
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED', cause: 'enough' });
    expect(await run('kept')).toBe(42);
    await session.close();
  });

  it('refuses an artifact whose name no address could have, and one too many, but not a new one in place of an old one', async () => {
    const kernel = await makeKernel();
    await using session = await kernel.client().sessions.open({ language: 'lua' });
    await expect(session.artifacts.save('half \ud800', 'x')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await Promise.all(Array.from({ length: 10_000 }, (_, i) => session.artifacts.save(`a${i}`, '')));
    await expect(session.artifacts.save('b', '')).rejects.toThrow('one too many');
    await session.artifacts.save('a7', 'new');
  });
});
