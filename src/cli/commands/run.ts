import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { isStintError } from '../../errors/stint-error.js';
import type { Permissions } from '../../io/permissions.js';
import { createRuntime } from '../../runtime/create-runtime.js';
import type { Outcome } from '../../runtime/outcome.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { ToolPort } from '../../runtime/tool-port.js';
import type { Value } from '../../values/value.js';
import { EXIT, statusOf, worst } from '../exit-status.js';
import { outcomeToJson } from '../json.js';
import { type LimitFlags, readCount, readLimits, readPermissions } from '../limit-options.js';
import { valueText } from '../print-value.js';
import { Progress } from '../progress.js';
import { describeFailure, report } from '../report-error.js';
import { direct, GatheredOutput, prefixed } from '../script-output.js';
import { endOnBrokenOutput, watchSignals } from '../signals.js';
import { readScriptTools } from '../tool-options.js';

export interface RunFlags extends LimitFlags {
  readonly json?: boolean;
  readonly arg?: string[];
  readonly parallel?: string;
}

const MOST_FILES = 100_000;

/** `stint run`: returns the exit status. */
export async function runFiles(files: string[], flags: RunFlags): Promise<number> {
  const settings = readLimits(flags);
  const permissions = readPermissions(flags);
  const tools = await readScriptTools(flags);
  const parallel = readCount(flags.parallel, '--parallel', 256) ?? availableParallelism();
  if (files.length > MOST_FILES)
    throw new RangeError(`${files.length} files; at most ${MOST_FILES} can be run at once`);
  endOnBrokenOutput();
  const threads = Math.min(parallel, files.length);
  await using runtime = await createRuntime({
    threads,
    slots: threads,
    queue: MOST_FILES,
    ...settings,
  });
  const interrupted = new AbortController();
  using signals = watchSignals(() => interrupted.abort('interrupted'));
  const progress = files.length > 1 && flags.json !== true ? new Progress(files.length) : undefined;
  const statuses = await Promise.all(
    files.map((file) =>
      new FileRun(file, flags, permissions, tools, runtime, interrupted.signal, progress).run(files.length > 1),
    ),
  );
  progress?.clear();
  return signals.status ?? worst(statuses);
}

/** One file on its way. */
class FileRun {
  readonly #file: string;
  readonly #flags: RunFlags;
  readonly #permissions: Permissions;
  readonly #tools: ToolPort | undefined;
  readonly #runtime: Runtime;
  readonly #signal: AbortSignal;
  readonly #progress: Progress | undefined;

  constructor(
    file: string,
    flags: RunFlags,
    permissions: Permissions,
    tools: ToolPort | undefined,
    runtime: Runtime,
    signal: AbortSignal,
    progress: Progress | undefined,
  ) {
    this.#file = file;
    this.#flags = flags;
    this.#permissions = permissions;
    this.#tools = tools;
    this.#runtime = runtime;
    this.#signal = signal;
    this.#progress = progress;
  }

  async run(isOneOfMany: boolean): Promise<number> {
    const gathered = new GatheredOutput();
    const name = basename(this.#file);
    const shown = isOneOfMany ? prefixed(name, () => this.#progress?.clear()) : direct();
    const output = this.#flags.json === true ? gathered : shown;
    this.#progress?.note('to do');
    let outcome: Outcome<Value>;
    try {
      outcome = await this.#runtime.start(
        { file: this.#file },
        {
          args: this.#flags.arg ?? [],
          permissions: this.#permissions,
          ...(this.#tools === undefined ? {} : { tools: this.#tools }),
          signal: this.#signal,
          output: (chunk, stream) => output.write(chunk, stream),
        },
      ).outcome;
    } catch (error) {
      return this.#refused(error);
    }
    output.end();
    if (this.#flags.json === true) {
      process.stdout.write(`${outcomeToJson(this.#file, outcome, gathered.texts)}\n`);
      return statusOf(outcome);
    }
    this.#progress?.clear();
    if (outcome.error !== undefined) process.stderr.write(describeFailure(name, outcome.error));
    else shown.write(valueText(outcome.value), 'stdout');
    this.#progress?.note(outcome.kind, 'to do');
    return statusOf(outcome);
  }

  /** The file is no script, so there was no task. */
  #refused(error: unknown): number {
    if (!isStintError(error)) throw error;
    this.#progress?.clear();
    if (this.#flags.json === true) {
      const { code, message } = error;
      process.stdout.write(`${JSON.stringify({ file: this.#file, kind: 'failed', error: { code, message } })}\n`);
    }
    this.#progress?.note('failed', 'to do');
    return this.#flags.json === true ? EXIT.usage : report(error);
  }
}
