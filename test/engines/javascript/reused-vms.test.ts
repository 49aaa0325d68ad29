import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Vm, VmHost } from '#stint/engines/engine';
import { Guest, type GuestModel } from '#stint/engines/javascript/guest';
import { JavaScriptEngine } from '#stint/engines/javascript/javascript-engine';
import { readModel } from '#stint/engines/javascript/model-file';
import {
  type JavaScriptModule,
  loadJavaScriptModule,
  MODEL_PATH,
  QUICKJS_PATH,
} from '#stint/engines/javascript/module';
import { createRuntime, type Runtime } from '#stint/index';
import { PATIENT } from '../../open-runtime.js';

/** So many may be made in an idle moment, for later. */
const SPARES = 2;

/** So many scripts wait at once, at most. */
const WAITING = 8;

const MiB = 1024 ** 2;

describe('the VMs that scripts run in one after the other', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime({ threads: 1, ...PATIENT });
  });
  afterAll(() => runtime.close());
  const run = (code: string) => runtime.run({ language: 'javascript', code });
  const instances = () => runtime.stats().engines.javascript?.instances ?? 0;

  it.each([
    ['globals', 'globalThis.left = "secret"', 'typeof left', 'undefined'],
    ['changed prototypes', 'Array.prototype.map = () => "mine"; 1', '[1].map((x) => x)', [1]],
    [
      'deleted built-ins',
      'delete globalThis.JSON; delete globalThis.console',
      'typeof JSON + typeof console',
      'objectobject',
    ],
    ['a frozen world', 'Object.freeze(globalThis); Object.freeze(Object.prototype)', 'globalThis.x = 1; x', 1],
    ['registered symbols', 'Object.prototype[Symbol.for("k")] = 1', '({})[Symbol.for("k")]', undefined],
    ['jobs that never ran', 'new Promise(() => {}).then(() => (globalThis.late = 1)); 1', 'typeof late', 'undefined'],
  ])('show nothing of %s', async (_, first, second, expected) => {
    await run(first);
    expect(await run(second)).toEqual(expected);
  });

  it('are few, however many scripts there are', async () => {
    for (let i = 0; i < 5; i += 1) await run('1');
    const before = instances();
    for (let i = 0; i < 200; i += 1) expect(await run(`[${i}].map((x) => x * 2)[0]`)).toBe(2 * i);
    expect(instances()).toBeLessThanOrEqual(before + SPARES);
  });

  it('are as many as wait beside each other, however many follow', async () => {
    const some = () => Promise.all(Array.from({ length: WAITING }, () => run('await sleep(5); 1')));
    const before = instances();
    for (let i = 0; i < 11; i += 1) await some();
    // How many wait at the same moment is up to the machine, but it is never more.
    expect(instances()).toBeLessThanOrEqual(before + WAITING + SPARES);
  });

  it('are used again after an error and after a stop', async () => {
    await run('1');
    const before = instances();
    for (let i = 0; i < 10; i += 1) await expect(run('throw new Error("no")')).rejects.toThrow('no');
    for (let i = 0; i < 3; i += 1) {
      const endless = runtime.start(
        { language: 'javascript', code: 'started(); for (;;);' },
        {
          functions: { started: () => void endless.cancel() },
        },
      );
      expect((await endless.outcome).rung).toBe('stop');
    }
    expect(await run('1 + 1')).toBe(2);
    expect(instances()).toBeLessThanOrEqual(before + SPARES);
  });

  it('have random numbers of their own', async () => {
    const numbers = new Set<unknown>();
    for (let i = 0; i < 50; i += 1) numbers.add(await run('Math.random()'));
    expect(numbers.size).toBe(50);
  });

  it('have a clock that begins with the script', async () => {
    const [now, origin] = (await run('[performance.now(), performance.timeOrigin]')) as [number, number];
    expect(now).toBeGreaterThanOrEqual(0);
    expect(now).toBeLessThan(60_000);
    expect(Math.abs(origin - Date.now())).toBeLessThan(60_000);
  });
});

describe('the memory of a VM', () => {
  let module: JavaScriptModule;
  beforeAll(async () => {
    module = await loadJavaScriptModule();
  });
  const memory = ({ instance }: Guest) => Buffer.from(instance.api.memory.buffer.slice(0));
  const withoutSeed = (bytes: Buffer, { image }: GuestModel) => bytes.fill(0, image.seedAt, image.seedAt + 8);

  it('is as it was at first when it has been rewound, to the byte', () => {
    const model = module.model as GuestModel;
    const fresh = withoutSeed(memory(new Guest(module.quickjs, model)), model);
    const code = 'globalThis.secret = "xyzzy".repeat(1000); new Map([[1, secret]]); secret.length';
    const used = new Guest(module.quickjs, model);
    used.instance.api.qjs_free_value(used.instance.evaluate(code, 'x', 0));
    expect(memory(used).includes('xyzzyxyzzy')).toBe(true);
    expect(used.rewind(model)).toBe(true);
    expect(withoutSeed(memory(used), model).equals(fresh)).toBe(true);
    expect(used.instance.api.__stack_pointer.value).toBe(model.image.stackPointer);
  });

  it.each([
    ['ends', '1', 'close', 1],
    ['fails', 'throw 1', 'close', 1],
    ['does not compile', '1 +', 'close', 1],
    ['has grown', 'new Uint8Array(4 * 1024 * 1024).fill(7).length', 'close', 0],
    ['is broken off', '1', 'discard', 0],
  ] as const)('serves again, or not, when its script %s (%s)', (_, code, leave, spare) => {
    const engine = new JavaScriptEngine(module, { spares: 1 });
    const host = { stopRequested: () => false, write: () => true } as unknown as VmHost;
    const vm = engine.create({ language: 'javascript', name: 'x', code, memory: 16 * MiB }, [], host) as Vm;
    vm.resume([]);
    vm[leave]();
    expect(engine.counts()).toMatchObject({ live: 0, spare });
  });

  it('comes from the build, for the WebAssembly that is there', () => {
    const [file, binary] = [readFileSync(MODEL_PATH), readFileSync(QUICKJS_PATH)];
    const model = readModel(file, binary) as GuestModel;
    const made = new Guest(module.quickjs).model() as GuestModel;
    expect(model.layout).toEqual(made.layout);
    expect({ ...model.image, memory: 0 }).toEqual({ ...made.image, memory: 0 });
    expect(readModel(file, Buffer.concat([binary, Buffer.alloc(1)]))).toBeUndefined();
  });

  it('is made by the thread where the build has none', () => {
    const engine = new JavaScriptEngine({ ...module, model: undefined });
    engine.prepare();
    expect(engine.counts()).toMatchObject({ spare: 2, instances: 2 });
  });
});
