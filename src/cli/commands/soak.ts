import { basename } from 'node:path';
import { OutputFile } from '../../bench/output-file.js';
import { soak } from '../../bench/run-soak.js';
import { soakText } from '../../bench/soak-text.js';
import { StintError } from '../../errors/stint-error.js';
import { createRuntime } from '../../runtime/create-runtime.js';
import { resolveSource, type Source } from '../../runtime/source.js';
import { EXIT, statusOf } from '../exit-status.js';
import { type LimitFlags, readCount, readDuration, readLimits, readPermissions } from '../limit-options.js';
import { Status } from '../progress.js';
import { describeFailure } from '../report-error.js';
import { endOnBrokenOutput, watchSignals } from '../signals.js';
import { readScriptTools } from '../tool-options.js';

export interface SoakFlags extends LimitFlags {
  readonly json?: boolean;
  readonly arg?: string[];
  readonly cycles?: string;
  readonly duration?: string;
  readonly report?: string;
  readonly module?: boolean;
  readonly export?: string;
  readonly segments?: string;
}

const DEFAULT_CYCLES = 400;
/** Fewer say nothing about a slope. */
const LEAST_CYCLES = 8;
const MOST_CYCLES = 100_000_000;

/** `stint soak`: returns the exit status. */
export async function soakFile(file: string, flags: SoakFlags): Promise<number> {
  const settings = readLimits(flags);
  const permissions = readPermissions(flags);
  const tools = await readScriptTools(flags);
  const length = readLength(flags);
  const source: Source = readSource(file, flags);
  const resolved = resolveSource(source);
  if ('load' in resolved) await resolved.load();
  using report = flags.report === undefined ? undefined : OutputFile.open(flags.report, '--report');
  const page = report && (await import('../../bench/report/page.js')).openPage();
  endOnBrokenOutput();
  await using runtime = await createRuntime({ threads: 1, ...settings });
  const interrupted = new AbortController();
  using signals = watchSignals(() => interrupted.abort('interrupted'));
  using status = new Status();
  const result = await soak(
    {
      runtime,
      source,
      runOptions: { args: flags.arg ?? [], permissions, ...(tools === undefined ? {} : { tools }) },
      length,
      segmentPrefix: flags.segments,
      signal: interrupted.signal,
      onProgress: (share, runs) => status.show(`${Math.floor(share * 100)} %, ${runs} runs`),
    },
    basename(file),
  );
  status.clear();
  if ('kind' in result) {
    if (result.error !== undefined) process.stderr.write(describeFailure(basename(file), result.error));
    return signals.status ?? statusOf(result);
  }
  process.stdout.write(flags.json === true ? `${JSON.stringify(result)}\n` : soakText(result));
  if (report !== undefined && page !== undefined) {
    const { soakPage } = await import('../../bench/report/soak-page.js');
    report.commit(page(soakPage(result)));
  }
  return result.leaks ? EXIT.failed : EXIT.completed;
}

function readLength({ cycles, duration }: SoakFlags): { cycles: number } | { durationMs: number } {
  if (cycles !== undefined && duration !== undefined) {
    throw new StintError('INVALID_ARGUMENT', '--cycles and --duration cannot both be given');
  }
  if (duration !== undefined) return { durationMs: readDuration(duration, '--duration') };
  return { cycles: readCount(cycles, '--cycles', MOST_CYCLES, LEAST_CYCLES) ?? DEFAULT_CYCLES };
}

function readSource(file: string, { module, export: name }: SoakFlags): Source {
  if (module === true) return name === undefined ? { module: file } : { module: file, export: name };
  if (name !== undefined)
    throw new StintError('INVALID_ARGUMENT', '--export names a function of a module; add --module');
  return { file };
}
