import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const COMPILE = import.meta.resolve('#stint/engines/compile');

/** Another one for each look: V8 has what it has compiled once without its cache. */
const SOURCES = ['1 + 1', '2 + 2', '3 + 3', '4 + 4'];

const WRITE_CACHES = `
import { Script } from 'node:vm';
const caches = ${JSON.stringify(SOURCES)}.map((source) => new Script(source).createCachedData().toString('base64'));
console.log(JSON.stringify(caches));
`;

/**
 * Compiles for a short program, and says whether V8 takes code from its cache: before, after, when the program goes on, and after it has
 * compiled again.
 */
const readCaches = (caches: string): string => `
import { Script } from 'node:vm';
import { compile, compileForShortProgram, keepBudget } from '${COMPILE}';
const caches = ${caches};
const look = (i) => {
  const cachedData = Buffer.from(caches[i], 'base64');
  return !new Script(${JSON.stringify(SOURCES)}[i], { cachedData }).cachedDataRejected;
};
const taken = [look(0)];
compileForShortProgram();
const binary = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
await compile(binary);
taken.push(look(1));
keepBudget();
taken.push(look(2));
await compile(binary);
taken.push(look(3));
console.log(JSON.stringify(taken));
`;

function run(program: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout;
}

const isKnown = process.versions.v8.startsWith('11.');

it.skipIf(!isKnown)(
  'leaves V8 with the flags that it had, for its cache, until the program turns out to be long',
  () => {
    expect(JSON.parse(run(readCaches(run(WRITE_CACHES))))).toEqual([true, true, false, false]);
  },
);
