import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atMost, SOURCES } from '../measurement.js';
import type { Suite } from '../suite.js';

// As a user's program finds them: through the package.
const MANIFEST = import.meta.resolve('stint/package.json');
const CLI = fileURLToPath(new URL(JSON.parse(readFileSync(new URL(MANIFEST), 'utf8')).bin.stint, MANIFEST));
const INDEX = import.meta.resolve('stint');
const FIRST_CALL = `import { run } from '${INDEX}'; console.log(await run({ language: 'lua', code: 'return 42' }));`;
const TWO_THREADS = `const { Worker } = require('node:worker_threads');
  let here = 0;
  const hear = () => (here += 1) === 2 && console.log('here');
  for (const _ of [1, 2]) new Worker('require("node:worker_threads").parentPort.postMessage(0)', { eval: true }).on('message', hear);`;
const SCRIPT = `
  local lines = {}
  for i = 1, 200 do lines[i] = ("%05d %s"):format(i, ("x"):rep(i % 40)) end
  print(table.concat(lines, "\\n"))`;

export const suite: Suite = {
  title: 'New processes',
  about:
    'From the start of a process to its first output, and to its end: an empty Node program, a first call, and real commands.',
  async run(context) {
    const folder = await mkdtemp(join(tmpdir(), 'stint-bench-'));
    try {
      const file = join(folder, 'report.lua');
      await writeFile(file, SCRIPT);
      const commands = {
        empty: ['-e', '0'],
        threads: ['-e', TWO_THREADS],
        first: ['--input-type=module', '-e', FIRST_CALL],
        eval: [CLI, 'eval', 'return 42', '--language', 'lua'],
        run: [CLI, 'run', file],
      };
      const times = await inTurns(commands, context.size(15, 1), context.size(1, 0));
      context.row({
        id: 'empty',
        title: 'node -e 0: to its end',
        unit: 'ms',
        values: times.empty.map(({ ended }) => ended),
      });
      context.row({
        id: 'first-call',
        title: 'a program that calls run() once: to the result',
        unit: 'ms',
        values: times.first.map(({ answered }) => answered),
      });
      context.row({
        id: 'eval',
        title: 'stint eval: to the result',
        unit: 'ms',
        values: times.eval.map(({ answered }) => answered),
        targets: [atMost('max', 1000, SOURCES.bridge)],
      });
      context.row({
        id: 'threads-beyond-empty',
        title: 'two empty worker threads, as many as stint has: to their first words, beyond node -e 0',
        unit: 'ms',
        values: times.threads.map(({ answered }, i) => answered - (times.empty[i]?.ended ?? 0)),
      });
      context.row({
        id: 'eval-beyond-empty',
        title: 'stint eval: to the result, beyond node -e 0',
        unit: 'ms',
        values: times.eval.map(({ answered }, i) => answered - (times.empty[i]?.ended ?? 0)),
        targets: [atMost('p50', 60, SOURCES.own)],
      });
      context.row({
        id: 'run',
        title: 'stint run, a script that prints a report: to its end',
        unit: 'ms',
        values: times.run.map(({ ended }) => ended),
        targets: [atMost('max', 1000, SOURCES.bridge)],
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

interface ProcessTimes {
  /** To the first output; the end if there is none. */
  readonly answered: number;
  readonly ended: number;
}

/** One of each in turn, so that a drift of the machine favours none. The warm-up is not counted: it reads files that the system does not hold yet. */
async function inTurns<K extends string>(
  commands: Record<K, string[]>,
  rounds: number,
  warmup: number,
): Promise<Record<K, ProcessTimes[]>> {
  const names = Object.keys(commands) as K[];
  const times = Object.fromEntries(names.map((name) => [name, [] as ProcessTimes[]])) as Record<K, ProcessTimes[]>;
  for (let round = -warmup; round < rounds; round += 1) {
    for (const name of names) {
      const measured = await timeProcess(commands[name]);
      if (round >= 0) times[name].push(measured);
    }
  }
  return times;
}

function timeProcess(args: string[]): Promise<ProcessTimes> {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    let answered: number | undefined;
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.once('error', reject);
    child.stdout.on('data', () => {
      answered ??= performance.now() - from;
    });
    child.once('close', (status, signal) => {
      const ended = performance.now() - from;
      if (status === 0) resolve({ answered: answered ?? ended, ended });
      else reject(new Error(`node ${args.join(' ')} ended with ${status ?? signal}`));
    });
  });
}
