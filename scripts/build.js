// Builds dist/ from src/.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import wabt from 'wabt';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const isPackage = (id) => !(id.startsWith('.') || isAbsolute(id));
const isIn = (folder, path) => path.startsWith(folder + sep);

rmSync(dist, { recursive: true, force: true });
compile();
await assemble();
await writeJavaScriptModel();
await bundleStarts();
await bundleTools();
await bundleCommands();

/** TypeScript, file by file. */
function compile() {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', root], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** WebAssembly that is written as text. */
async function assemble() {
  const { parseWat } = await wabt();
  for (const file of readdirSync(join(root, 'src'), { recursive: true })) {
    if (!file.endsWith('.wat')) continue;
    const target = join(dist, file.replace(/\.wat$/, '.wasm'));
    const module = parseWat(file, readFileSync(join(root, 'src', file)));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, module.toBinary({}).buffer);
    module.destroy();
  }
}

/** What VMs of the JavaScript engine begin with: see src/engines/javascript/model-file.ts. */
async function writeJavaScriptModel() {
  const load = (name) => import(join(dist, 'engines', 'javascript', `${name}.js`));
  const [{ Guest }, { QUICKJS_PATH, MODEL_PATH }, { writeModel }] = await Promise.all(
    ['guest', 'module', 'model-file'].map(load),
  );
  const binary = readFileSync(QUICKJS_PATH);
  const model = new Guest(new WebAssembly.Module(binary)).model();
  if (model === undefined)
    throw new Error('a VM of QuickJS has no model: the state of Math.random was not found in it');
  writeFileSync(MODEL_PATH, writeModel(model, binary));
}

/**
 * The files that modules and all that they import become.
 *
 * @param options.isElsewhere what is left where it is, beside packages
 * @param options.groups what is to be in one file, by what there would be else
 */
async function bundled(input, output, { isElsewhere = () => false, plugins = [], groups } = {}) {
  const external = (id, importer) =>
    isPackage(id) || isElsewhere(importer === undefined ? id : resolve(dirname(importer), id));
  const bundle = await rolldown({ input, platform: 'node', external, plugins });
  let made = await bundle.generate(output);
  if (groups !== undefined) {
    made = await bundle.generate({ ...output, codeSplitting: { groups: groups(made.output) } });
  }
  await bundle.close();
  return made.output;
}

/**
 * What threads and child processes begin with becomes CommonJS, a file for each and one for each engine: Node has them running in half the time that it takes
 * to find sixty ES modules, and to get ready for such.
 */
async function bundleStarts() {
  const entries = ['worker/entry', 'control/interrupter-thread', 'hosts/process-entry'];
  const fileOf = (name) => join(dist, `${name}.js`);
  const files = await bundled(Object.fromEntries(entries.map((name) => [name, fileOf(name)])), {
    format: 'cjs',
    dir: dist,
    entryFileNames: '[name].cjs',
    // A chunk has the name and the place of the module that it is for: what that finds beside itself is there.
    chunkFileNames: ({ facadeModuleId, name }) =>
      facadeModuleId ? relative(dist, facadeModuleId).replace(/\.js$/, '.cjs') : `worker/${name}.cjs`,
    // The interrupter needs nothing but what is in control/.
    codeSplitting: { groups: [{ name: 'shared', minShareCount: 2, test: (id) => !isIn(join(dist, 'control'), id) }] },
    comments: false,
  });
  for (const { fileName, code } of files) writeFileSync(join(dist, fileName), code);
  for (const name of entries) rmSync(fileOf(name));
}

/** The descriptions of the built-in tools become one file: to find a hundred takes Node longer than to read them. */
async function bundleTools() {
  const folder = join(dist, 'tools', 'builtin');
  const file = join(folder, 'index.js');
  const files = await bundled(file, { format: 'esm', file }, { isElsewhere: (path) => !isIn(folder, path) });
  if (files.length !== 1)
    throw new Error(`the built-in tools became ${files.length} files; no tool may import another one on demand`);
  writeFileSync(file, files[0].code);
}

/**
 * The command line becomes CommonJS too, in the one folder, with a file for each command and for what some of them share; what `stint eval` needs is in as few as
 * can be. The benchmarks stay as they are: they measure what programs import.
 */
async function bundleCommands() {
  const folder = join(dist, 'cli');
  const benchmarks = join(dist, 'bench');
  const ownPlace = {
    name: 'own-place',
    transform: (code, id) => code.replaceAll('import.meta.url', placeOf(id, folder)),
  };
  const files = await bundled(
    { main: join(folder, 'main.js') },
    { format: 'cjs', dir: folder, entryFileNames: '[name].cjs', chunkFileNames: '[name].cjs', comments: false },
    {
      isElsewhere: (path) => isIn(benchmarks, path),
      plugins: [ownPlace],
      groups(chunks) {
        const first = modulesOf(chunks, 'main.cjs');
        const program = modulesOf(chunks, 'program.cjs', first);
        const scripts = modulesOf(chunks, 'eval.cjs', new Set([...first, ...program]));
        return [
          { name: 'start', test: (id) => first.has(id) },
          { name: 'commands', test: (id) => program.has(id) },
          { name: 'scripts', test: (id) => scripts.has(id) },
        ];
      },
    },
  );
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  for (const { fileName, code } of files) writeFileSync(join(folder, fileName), code);
  chmodSync(join(folder, 'main.cjs'), 0o755);
}

/** The modules that are loaded with a file. @param loaded those that are loaded before */
function modulesOf(chunks, fileName, loaded = new Set()) {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const files = new Set([fileName]);
  // A set goes on to what is added to it meanwhile. Packages are no chunks.
  for (const file of files) for (const imported of byName.get(file)?.imports ?? []) files.add(imported);
  const modules = [...files].flatMap((file) => byName.get(file)?.moduleIds ?? []);
  return new Set(modules.filter((id) => !loaded.has(id)));
}

/** The URL of a module, as code of a file in `folder`: what it finds beside itself stays where it is. */
function placeOf(id, folder) {
  const path = JSON.stringify(relative(folder, id));
  return `require('node:url').pathToFileURL(require('node:path').join(__dirname, ${path})).href`;
}
