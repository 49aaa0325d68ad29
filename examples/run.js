// What `npm start` runs: every script of manifest.json, side by side on one runtime, and then the proof
// that nothing of them is left.
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { styleText } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRuntime } from 'stint';

const LINES_OF_OUTPUT = 3;
const MAX_LEFT_OVER_MB = 4;
const isTerminal = process.stdout.isTTY === true;

const here = new URL('.', import.meta.url);
const manifest = JSON.parse(await readFile(new URL('manifest.json', here), 'utf8'));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
await warmUp();
const before = measure();
const runtime = await createRuntime({ threads: Math.max(2, availableParallelism()), limits: { timeout: '20s' } });
const interrupted = new AbortController();
process.once('SIGINT', () => {
  process.once('SIGINT', () => process.exit(130));
  interrupted.abort('Ctrl-C');
});

console.log(`stint runs ${manifest.length} scripts side by side on ${runtime.stats().threads.count} threads\n`);
const done = [];
const runs = await Promise.all(manifest.map(run));
clearProgress();

for (const { name, title, output } of runs) {
  console.log(`${bold(name)}  ${title}`);
  for (const line of output.split('\n').filter(Boolean).slice(0, LINES_OF_OUTPUT))
    console.log(`  ${line.slice(0, 76)}`);
}
printTable(runs);

await runtime.drain();
const { engines } = runtime.stats();
await runtime.close();
// After Ctrl-C the outcomes say nothing about the scripts.
const wrong = interrupted.signal.aborted ? [] : runs.filter(({ outcome, expect }) => outcome.kind !== expect);
const left = leftOvers(before, measure(), engines);
for (const { name, outcome, expect } of wrong) {
  console.log(`${name} was to be ${expect} but is ${outcome.kind}${outcome.error ? `: ${outcome.error.message}` : ''}`);
}
if (interrupted.signal.aborted) process.exitCode = 130;
else if (wrong.length > 0 || left > 0) process.exitCode = 1;

/** Loads the engines, so that what is measured is what the scripts leave, not what Node keeps of loaded code. */
async function warmUp() {
  const first = await createRuntime({ threads: 1 });
  await Promise.all(['lua', 'javascript', 'typescript'].map((language) => first.run({ language, code: '' })));
  await first.close();
}

/** Runs one entry of the manifest. */
async function run({ script, data, title, expect, limits = {} }) {
  const args = await Promise.all(data.map((file) => readFile(new URL(file, here), 'utf8')));
  let output = '';
  const task = runtime.start(
    { file: new URL(script, here) },
    { args, limits, signal: interrupted.signal, output: (chunk) => (output += chunk) },
  );
  const outcome = await task.outcome;
  done.push(outcome.kind);
  showProgress();
  return { name: basename(script), title, expect, outcome, output };
}

/** On a terminal one line that changes, else nothing: the table says it all. */
function showProgress() {
  if (!isTerminal) return;
  const { running, queued } = runtime.stats();
  process.stdout.write(`\r\x1b[2K${done.length} of ${manifest.length} done, ${running} running, ${queued} waiting`);
}

function clearProgress() {
  if (isTerminal) process.stdout.write('\r\x1b[2K');
}

function printTable(rows) {
  const line = (...cells) =>
    cells.map((cell, i) => (i < 3 ? cell.padEnd([25, 15, 6][i]) : cell.padStart(11))).join(' ');
  console.log(`\n${bold(line('task', 'outcome', 'rung', 'time', 'peak memory'))}`);
  for (const { name, outcome, expect } of rows) {
    const { kind, rung = '-', usage } = outcome;
    const text = line(
      name,
      kind,
      rung,
      `${usage.runMs.toFixed(1)} ms`,
      `${(usage.peakMemory / 1024 ** 2).toFixed(2)} MiB`,
    );
    console.log(kind === expect ? text : colour('red', text));
  }
}

/**
 * What the process holds. Threads and descriptors can be counted on Linux only. Memory is what is reachable after a
 * collection: RSS also has what allocators keep for later, tens of megabytes more or less from run to run.
 */
function measure() {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return { threads: count('/proc/self/task'), descriptors: count('/proc/self/fd'), memory: heapUsed + external };
}

function count(directory) {
  return process.platform === 'linux' ? readdirSync(directory).length : undefined;
}

/** Prints the balance; returns how many things are left. */
function leftOvers(start, end, engines) {
  const vms = Object.values(engines).reduce((sum, { live }) => sum + live, 0);
  const growth = (end.memory - start.memory) / 1024 ** 2;
  const checks = [
    ['VMs', vms, vms === 0],
    ['threads', difference(start.threads, end.threads), !(end.threads > start.threads)],
    ['descriptors', difference(start.descriptors, end.descriptors), !(end.descriptors > start.descriptors)],
    ['memory', `${growth.toFixed(1)} MiB`, growth < MAX_LEFT_OVER_MB],
  ];
  const bad = checks.filter(([, , ok]) => !ok).length;
  const balance = checks.map(([what, value]) => `${what} ${value}`).join(', ');
  const verdict = bad === 0 ? colour('green', 'nothing is left behind') : colour('red', 'something is left behind');
  console.log(`\n${verdict}: ${balance} more than before the first script`);
  return bad;
}

function difference(start, end) {
  return start === undefined ? 'unknown' : end - start;
}

function bold(text) {
  return colour('bold', text);
}

function colour(style, text) {
  return isTerminal && !process.env.NO_COLOR ? styleText(style, text) : text;
}
