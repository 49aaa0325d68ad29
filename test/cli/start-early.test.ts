import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { spawnStint } from './run-stint.js';

/** Tells which flags of V8 the main thread sets. */
const TELL_FLAGS = `
const { isMainThread } = require('node:worker_threads');
const v8 = require('node:v8');
const set = v8.setFlagsFromString;
v8.setFlagsFromString = (flags) => {
  set(flags);
  if (isMainThread) require('node:fs').writeSync(2, flags);
};
`;

it('a command that goes on lets V8 run its engine for longer between two looks', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const hook = join(folder, 'tell-flags.cjs');
  writeFileSync(hook, TELL_FLAGS);
  const child = spawnStint(['eval', 'for (;;);', '--timeout', 'none'], folder, { NODE_OPTIONS: `--require ${hook}` });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [told] = await once(child.stderr as NodeJS.EventEmitter, 'data');
  expect(String(told)).toBe('--wasm-tiering-budget=36000000');
});
