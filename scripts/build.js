// Builds dist/ from src/: TypeScript by tsc, WebAssembly text (.wat) by wabt, the first VM of the JavaScript engine, and the built-in tools
// as one file by rolldown.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
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

// What VMs of the JavaScript engine begin with.
const javascript = (name) => import(join(root, 'dist', 'engines', 'javascript', `${name}.js`));
const [{ Guest }, { QUICKJS_PATH, MODEL_PATH }, { writeModel }] = await Promise.all(
  ['guest', 'module', 'model-file'].map(javascript),
);
const quickjs = readFileSync(QUICKJS_PATH);
const model = new Guest(new WebAssembly.Module(quickjs)).model();
if (model === undefined)
  throw new Error('there is no model of the JavaScript engine: the state of Math.random was not found');
writeFileSync(MODEL_PATH, writeModel(model, quickjs));

const isPackage = (id) => !(id.startsWith('.') || isAbsolute(id));

// What threads and child processes begin with becomes CommonJS, one file and one for each engine: Node has them running in half the time that it takes
// to find sixty modules, and to get ready to.
const entries = ['worker/entry', 'control/interrupter-thread', 'hosts/process-entry'];
const starts = await rolldown({
  input: Object.fromEntries(entries.map((name) => [name, join(root, 'dist', `${name}.js`)])),
  platform: 'node',
  external: isPackage,
});
// A chunk has the name and the place of the module that it is for, as what it finds beside itself is there.
const nameOf = ({ facadeModuleId, name }) =>
  facadeModuleId ? relative(join(root, 'dist'), facadeModuleId).replace(/\.js$/, '.cjs') : `worker/${name}.cjs`;
for (const { fileName, code } of (
  await starts.generate({
    format: 'cjs',
    dir: join(root, 'dist'),
    entryFileNames: '[name].cjs',
    chunkFileNames: nameOf,
  })
).output) {
  writeFileSync(join(root, 'dist', fileName), code);
}
await starts.close();
for (const name of entries) rmSync(join(root, 'dist', `${name}.js`));

// The descriptions of the built-in tools become one file: to find a hundred takes Node longer than to read them.
const builtin = join(root, 'dist', 'tools', 'builtin');
const isOutside = (id, importer) => importer !== undefined && !resolve(dirname(importer), id).startsWith(builtin + sep);
const bundle = await rolldown({
  input: join(builtin, 'index.js'),
  platform: 'node',
  external: (id, importer) => isPackage(id) || isOutside(id, importer),
});
const { output } = await bundle.generate({ format: 'esm', file: join(builtin, 'index.js') });
await bundle.close();
if (output.length !== 1)
  throw new Error(`the built-in tools became ${output.length} files; no tool may import another one on demand`);
writeFileSync(join(builtin, 'index.js'), output[0].code);

chmodSync(join(root, 'dist', 'cli', 'main.js'), 0o755);
