/**
 * Brings tasks that have a slot to their threads: at once if all is there, else when their file is read or their engine compiled.
 */
import { engineFor } from '../engines/engine-name.js';
import { compiledEngine, compileEngineOnce, type EngineCode } from '../engines/load-engine.js';
import type { StintError } from '../errors/stint-error.js';
import type { Host } from '../hosts/host.js';
import type { Claim } from '../hosts/thread-load.js';
import { whyNotTransferable } from '../values/why-not-transferable.js';
import type { TaskOrder } from '../worker/messages.js';
import { failedEnding } from './ending.js';
import type { JobCache } from './job-cache.js';
import type { LoadedSource, ModuleSource, SourceFile } from './source.js';
import type { TaskRun } from './task-run.js';

export class Delivery {
  readonly #jobs: JobCache;
  readonly #announces: () => boolean;

  /** @param announces whether somebody wants to hear of it when a task begins */
  constructor(jobs: JobCache, announces: () => boolean) {
    this.#jobs = jobs;
    this.#announces = announces;
  }

  /** What a task will take of its thread. */
  claim({ language, job }: TaskRun): Claim {
    return {
      holds: language !== 'lua',
      expectedMs: job === undefined ? Number.POSITIVE_INFINITY : this.#jobs.expectedMs(job),
    };
  }

  send(task: TaskRun, host: Host, claim: Claim): void {
    task.live = true;
    const source = task.source;
    if (source.language === 'module') {
      this.#start(task, host, claim, source);
      return;
    }
    const name = engineFor(source.language);
    // Nothing can be compiled here while the thread blocks.
    const engine = compiledEngine(name) ?? (host.compiles(name) || task.hosts.blocks ? { name } : undefined);
    if (engine !== undefined && !('load' in source)) {
      host.addEngine(engine);
      this.#start(task, host, claim, source);
      return;
    }
    host.reserve();
    load(source).then(
      ([loaded, compiled]) => {
        host.unreserve();
        host.addEngine(compiled);
        this.#start(task, host, claim, loaded);
        task.hosts.dispatcher.dispatch();
      },
      (error: StintError) => {
        host.unreserve();
        task.settle(failedEnding(error));
      },
    );
  }

  #start(task: TaskRun, host: Host, claim: Claim, source: LoadedSource | ModuleSource): void {
    if (task.isWithdrawn) {
      task.settleWithdrawn();
      return;
    }
    const row = task.hosts.takeRow(task.number, host);
    task.row = row;
    try {
      const job = task.job ?? this.#jobs.find(source, task.options);
      // What is sent a second time is what it was the first time.
      if (task.options.retry > 0 || host.sendsAhead(task.transfer)) task.keepArgs();
      host.start(this.#order(row, task), job, claim, task, task.transfer);
    } catch (error) {
      task.settle(failedEnding(whyNotTransferable(task.options.args, 'args', error)));
    }
  }

  #order(row: number, task: TaskRun): TaskOrder {
    const { number, sentArgs: args, options } = task;
    return { row, number, args, timeout: options.limits.timeout, announce: this.#announces() };
  }
}

async function load(source: LoadedSource | SourceFile): Promise<[LoadedSource, EngineCode]> {
  const loaded = 'load' in source ? await source.load() : source;
  return [loaded, await compileEngineOnce(engineFor(loaded.language))];
}
