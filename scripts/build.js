// Builds dist/ from src/: TypeScript by tsc, WebAssembly text (.wat) by wabt.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

rmSync(join(root, 'dist'), { recursive: true, force: true });
const compiled = spawnSync(process.execPath, [tsc, '-p', root], { stdio: 'inherit' });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

const { parseWat } = await wabt();
for (const file of readdirSync(join(root, 'src'), { recursive: true })) {
  if (!file.endsWith('.wat')) continue;
  const target = join(root, 'dist', file.replace(/\.wat$/, '.wasm'));
  const module = parseWat(file, readFileSync(join(root, 'src', file)));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, module.toBinary({}).buffer);
  module.destroy();
}

chmodSync(join(root, 'dist', 'cli', 'main.js'), 0o755);
