import { resolve } from 'node:path';
import { compare } from '../../bench/compare.js';
import { OutputFile } from '../../bench/output-file.js';
import { readResults } from '../../bench/read-results.js';
import { passed, runBench } from '../../bench/run-suites.js';
import { SUITE_NAMES, type SuiteName } from '../../bench/suites.js';
import { comparisonText, resultsText } from '../../bench/text.js';
import { invalid } from '../../errors/invalid.js';
import { StintError } from '../../errors/stint-error.js';
import { EXIT } from '../exit-status.js';
import { Status } from '../progress.js';
import { endOnBrokenOutput, watchSignals } from '../signals.js';

export interface BenchFlags {
  readonly quick?: boolean;
  readonly only?: string[];
  readonly report?: string;
  readonly json?: string;
  readonly compare?: string;
}

/** `stint bench`: returns the exit status. */
export async function bench(flags: BenchFlags): Promise<number> {
  // Whatever is wrong with the files is told before anything is measured.
  const only = (flags.only ?? []).map(readSuite);
  const before = flags.compare === undefined ? undefined : readResults(flags.compare, '--compare');
  if (flags.json !== undefined && flags.report !== undefined && resolve(flags.json) === resolve(flags.report)) {
    throw new StintError('INVALID_ARGUMENT', `--json and --report are both ${flags.json}; give them two files`);
  }
  using json = flags.json === undefined ? undefined : OutputFile.open(flags.json, '--json');
  using report = flags.report === undefined ? undefined : OutputFile.open(flags.report, '--report');
  const page = report && (await import('../../bench/report/page.js')).openPage();
  endOnBrokenOutput();
  const interrupted = new AbortController();
  using signals = watchSignals(() => interrupted.abort());
  using status = new Status();
  try {
    const results = await runBench({
      quick: flags.quick === true,
      ...(only.length > 0 ? { only } : {}),
      signal: interrupted.signal,
      onProgress: (done, of, suite, run) => status.show(`${done} of ${of}: ${suite}, run ${run}`),
    });
    status.clear();
    const comparison = before && compare(results, before);
    process.stdout.write(resultsText(results));
    if (comparison !== undefined) process.stdout.write(`\n${comparisonText(comparison)}`);
    json?.commit(`${JSON.stringify(results, undefined, 1)}\n`);
    if (report !== undefined && page !== undefined) {
      const { benchPage } = await import('../../bench/report/bench-page.js');
      report.commit(page(benchPage(results, before, comparison)));
    }
    return passed(results) ? EXIT.completed : EXIT.failed;
  } catch (error) {
    if (signals.status !== undefined) return signals.status;
    throw error;
  }
}

function readSuite(name: string): SuiteName {
  const found = SUITE_NAMES.find((known) => known === name);
  if (found === undefined) throw invalid('--only', name, SUITE_NAMES.join(', '));
  return found;
}
