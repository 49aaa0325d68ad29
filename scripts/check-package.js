// Packs the package, installs the tarball in an empty folder and uses it there as a user would.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'stint-package-'));

const PROGRAM = `
import { createRuntime, type Outcome, StintError, type Task, type Value } from 'stint';
import { openLedger, SharedMemory } from 'stint/ledger';
const runtime = await createRuntime({ threads: 1 });
const sources = [
  { language: 'lua', code: 'return 6 * 7' },
  { language: 'javascript', code: '6 * 7' },
  { language: 'typescript', code: 'const n: number = 6 * 7; export default n' },
] as const;
for (const source of sources) {
  const task: Task<number> = runtime.start<number>(source);
  if ((await task.result) !== 42) throw new Error(source.language);
}
const outcome: Outcome<Value> = await runtime.start({ language: 'lua', code: 'while true do end' }, { limits: { timeout: 100 } }).outcome;
if (!(outcome.error instanceof StintError) || outcome.error.code !== 'TIMEOUT' || outcome.rung !== 'stop') throw new Error(outcome.kind);
await runtime.close();
const ledger = await openLedger({ directory: process.cwd() + '/ledger' });
const memory: SharedMemory = await SharedMemory.create(4096, { ledger });
if ((await SharedMemory.open(memory.name)).bytes.length !== 4096) throw new Error('shared memory');
await ledger.close();
console.log('ok');
`;

try {
  const [{ filename, files }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, encoding: 'utf8' }),
  );
  const strangers = files
    .map(({ path }) => path)
    .filter(
      (path) =>
        !/^(dist\/.*\.(c?js|d\.ts|wasm|model)|docs\/.*\.md|package\.json|README\.md|CHANGELOG\.md|ARCHITECTURE\.md|LICENSE)$/.test(
          path,
        ),
    );
  if (strangers.length > 0) throw new Error(`not meant for the package: ${strangers.join(', ')}`);

  writeFileSync(join(folder, 'package.json'), '{ "name": "user", "private": true, "type": "module" }');
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', join(folder, filename)], {
    cwd: folder,
    stdio: 'inherit',
  });
  writeFileSync(join(folder, 'program.mts'), PROGRAM);
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const types = join(root, 'node_modules', '@types');
  execFileSync(
    process.execPath,
    [
      tsc,
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--lib',
      'es2023,esnext.disposable',
      '--types',
      'node',
      '--typeRoots',
      types,
      'program.mts',
    ],
    { cwd: folder, stdio: 'inherit' },
  );
  expectOutput('program', [process.execPath, 'program.mjs'], 'ok\n');
  expectOutput('command line', [join(folder, 'node_modules', '.bin', 'stint'), 'eval', '6 * 7'], '42\n');
  console.log(`the package works: ${files.length} files`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function expectOutput(what, [command, ...args], expected) {
  const { stdout, stderr, status } = spawnSync(command, args, { cwd: folder, encoding: 'utf8', timeout: 30_000 });
  if (stdout !== expected || stderr !== '' || status !== 0)
    throw new Error(`${what}: status ${status}\n${stdout}${stderr}`);
}
