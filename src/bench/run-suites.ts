/**
 * Runs suites, each several times, each time in a process of its own.
 *
 * 1. One process at a time: nothing that is measured has another measurement beside it.
 * 2. All suites are run once before any is run again, so that what the machine does for a while does not hit all runs of one suite.
 * 3. Every suite is run at least once. All runs take place, but in a quick look on a machine that is busy with other things.
 * 4. A suite that fails or hangs is a failure in the results, and the others are still run. No process is left.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Measurement } from './measurement.js';
import { describeMachine, FORMAT, FORMAT_VERSION, type Results, readVersions, type SuiteResults } from './results.js';
import { rowOf } from './row.js';
import type { FromSuite } from './suite-process.js';
import { SUITE_NAMES, type SuiteName } from './suites.js';

export interface BenchOptions {
  readonly quick: boolean;
  /** Default: all. */
  readonly only?: readonly SuiteName[];
  /** Ends it: what runs is killed, and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told before each run of a suite. */
  readonly onProgress?: (done: number, of: number, suite: string, run: number) => void;
}

/** Independent runs of each suite. */
const RUNS = 3;

/** A quick look starts no second or third run of a suite after so many ms: half a minute is promised, on a busy machine too. */
const QUICK_ENOUGH_MS = 25_000;

const PROCESS = fileURLToPath(new URL('./suite-process.js', import.meta.url));
const PATIENCE_MS = { quick: 60_000, full: 15 * 60_000 };
const MOST_ERROR_TEXT = 4096;

/** Measures everything. Takes half a minute if `quick`, else some ten minutes. */
export async function runBench(options: BenchOptions): Promise<Results> {
  const { quick, only = SUITE_NAMES, signal, onProgress } = options;
  const at = new Date().toISOString();
  const from = performance.now();
  const gathered = new Map(only.map((name) => [name, new Gathered(name)]));
  let done = 0;
  for (let run = 1; run <= RUNS; run += 1) {
    for (const [name, suite] of gathered) {
      if (quick && run > 1 && performance.now() - from > QUICK_ENOUGH_MS) continue;
      onProgress?.(done, RUNS * gathered.size, name, run);
      suite.add(run, await runSuite(name, quick, signal));
      signal?.throwIfAborted();
      done += 1;
    }
  }
  const suites = [...gathered.values()].map((suite) => suite.results());
  const rows = suites.flatMap((suite) => suite.rows);
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    quick,
    at,
    tookMs: Math.round(performance.now() - from),
    runs: Math.min(...suites.map((suite) => suite.runs)),
    machine: describeMachine(),
    versions: readVersions(),
    suites,
    met: rows.filter(({ verdict }) => verdict === 'met').length,
    missed: rows.filter(({ verdict }) => verdict === 'missed').length,
  };
}

/** Whether every target was met and every suite came to its end. */
export function passed({ missed, suites }: Results): boolean {
  return missed === 0 && suites.every(({ failures }) => failures.length === 0);
}

/** The runs of one suite as they come in. */
class Gathered {
  readonly #rows = new Map<string, Measurement[]>();
  readonly #failures: { run: number; message: string }[] = [];
  readonly #name: string;
  #runs = 0;
  #title: string;
  #about = '';

  constructor(name: string) {
    this.#name = name;
    this.#title = name;
  }

  add(run: number, told: FromSuite): void {
    this.#runs += 1;
    if (told.kind === 'failed') {
      this.#failures.push({ run, message: told.message });
      return;
    }
    this.#title = told.title;
    this.#about = told.about;
    for (const row of told.rows) {
      const runs = this.#rows.get(row.id);
      if (runs === undefined) this.#rows.set(row.id, [row]);
      else runs.push(row);
    }
  }

  results(): SuiteResults {
    return {
      name: this.#name,
      title: this.#title,
      about: this.#about,
      runs: this.#runs,
      rows: [...this.#rows.values()].map(rowOf),
      failures: this.#failures,
    };
  }
}

function runSuite(name: SuiteName, quick: boolean, signal: AbortSignal | undefined): Promise<FromSuite> {
  signal?.throwIfAborted();
  const child = fork(PROCESS, [name, quick ? 'quick' : 'full'], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  return new Promise((resolve) => {
    let told: FromSuite | undefined;
    const patienceMs = PATIENCE_MS[quick ? 'quick' : 'full'];
    const kill = (): void => void child.kill('SIGKILL');
    const patience = setTimeout(kill, patienceMs);
    signal?.addEventListener('abort', kill, { once: true });
    const errors = tailOf(child);
    const ended = (how: string): void => {
      clearTimeout(patience);
      signal?.removeEventListener('abort', kill);
      resolve(told ?? { kind: 'failed', message: `its process ended with ${how} ${errors()}`.trim() });
    };
    child.on('message', (message) => {
      told = message as FromSuite;
    });
    child.once('error', (error) => ended(error.message));
    child.once('close', (status, how) =>
      ended(how === 'SIGKILL' ? `SIGKILL, after ${patienceMs} ms or by request` : String(status ?? how)),
    );
  });
}

/** The last of what a process writes to its standard error. */
function tailOf(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk) => {
    text = (text + chunk).slice(-MOST_ERROR_TEXT);
  });
  return () => text.trim();
}
