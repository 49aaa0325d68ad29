import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRuntime, type Runtime } from '#stint/index';
import { library, onThread } from '#stint/tools/builtin/on-thread';

const directory = mkdtempSync(join(tmpdir(), 'stint-work-'));
const signal = new AbortController().signal;
let runtime: Runtime;

beforeAll(async () => {
  runtime = await createRuntime({ threads: 1 });
});
afterAll(async () => {
  await runtime.close();
  rmSync(directory, { recursive: true });
});

function work(code: string): string {
  const path = join(directory, `${Math.random()}.mjs`);
  writeFileSync(path, code);
  return pathToFileURL(path).href;
}

type Work = { run: (input: number) => number };

describe('work on a thread', () => {
  it('names the package that is not installed', async () => {
    const run = onThread<Work>(work("import 'a-package-that-nobody-has'; export const run = () => 1;"));
    await expect(run({ runtime, signal }, 'run', 1)).rejects.toMatchObject({
      code: 'DEPENDENCY_MISSING',
      message:
        "this tool needs the package 'a-package-that-nobody-has', which is not installed; install it: npm install a-package-that-nobody-has",
    });
  });

  it('is a failure of the tool when it throws, with what it threw as the cause', async () => {
    const run = onThread<Work>(work("export const run = () => { throw new RangeError('too much'); };"));
    await expect(run({ runtime, signal }, 'run', 1)).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: 'too much',
      cause: { name: 'RangeError' },
    });
  });

  it('is ended when its call is', async () => {
    const controller = new AbortController();
    const run = onThread<Work>(work('export const run = () => { for (;;); };'));
    const running = run({ runtime, signal: controller.signal }, 'run', 1);
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await onThread<Work>(work('export const run = (n) => n + 1;'))({ runtime, signal }, 'run', 1)).toBe(2);
  });
});

describe('a library of the caller’s thread', () => {
  it('is named when it is not installed', async () => {
    const name = 'another-package-that-nobody-has';
    await expect(library(() => import(name))).rejects.toMatchObject({
      code: 'DEPENDENCY_MISSING',
      message: expect.stringContaining(name),
    });
    await expect(library(() => Promise.reject(new Error('else')))).rejects.toThrow('else');
  });
});
