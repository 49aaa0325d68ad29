import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stint-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

it('a command that goes on lets V8 run its engine for longer between two looks', async () => {
  const folder = makeFolder();
  const hook = join(folder, 'tell-flags.cjs');
  writeFileSync(hook, TELL_FLAGS);
  const child = spawnStint(['eval', 'for (;;);', '--timeout', 'none'], folder, { NODE_OPTIONS: `--require ${hook}` });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [told] = await once(child.stderr as NodeJS.EventEmitter, 'data');
  expect(String(told)).toBe('--wasm-tiering-budget=36000000');
});

it.each([
  ['lua', 'shim.wasm'],
  ['javascript', 'guest.model'],
])('an engine that is not there is a dependency that is missing: %s', (language, file) => {
  const folder = makeFolder();
  for (const name of ['dist', 'package.json']) {
    const from = fileURLToPath(new URL(`../../${name}`, import.meta.url));
    cpSync(from, join(folder, name), { recursive: true, filter: (path) => !path.endsWith(file) });
  }
  symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'));
  const args = [join(folder, 'dist/cli/main.cjs'), 'eval', '1', '--language', language];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toContain('stint: eval: the engine cannot be loaded: ENOENT');
  expect(status).toBe(3);
});
