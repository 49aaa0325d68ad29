import type { Job } from '../worker/messages.js';
import type { ResolvedLimits } from './limits.js';
import type { ResolvedRunOptions } from './run-options.js';
import type { LoadedSource, ModuleSource } from './source.js';

/** So many jobs are remembered, of sources of at most so many characters. */
const MOST_JOBS = 256;
const LONGEST_CODE = 16_384;

/** How much one more time counts. One that was long because the machine was busy is soon forgotten: what is stuck is taken back. */
const WEIGHT_OF_LONGER = 0.05;
const WEIGHT_OF_SHORTER = 0.5;

/** A module's function, called with nothing but arguments and limits, and its job. */
interface BareCall {
  readonly url: string;
  readonly exportName: string;
  readonly limits: ResolvedLimits;
  readonly job: Job;
}

/** Finds out which tasks are the same but for their arguments: a thread needs to be told only once what they have in common. */
export class JobCache {
  readonly #jobs = new Map<string, Job>();
  readonly #paces = new WeakMap<Job, number>();
  #generation = 0;
  /** The job that was last asked for: most callers ask for one many times. */
  #latest: BareCall | undefined;

  /** From now on modules are loaded anew. */
  renew(): void {
    this.#generation += 1;
    this.#jobs.clear();
    this.#latest = undefined;
  }

  /** The job of a task: the very same object as before, if there was one like it. */
  find(source: LoadedSource | ModuleSource, options: ResolvedRunOptions): Job {
    const latest = this.#latest;
    if (latest !== undefined && source.language === 'module' && isLike(latest, source, options)) return latest.job;
    const job = this.#find(source, options);
    if (job.recurs && source.language === 'module' && isBare(options)) {
      const { limits } = options;
      this.#latest = { url: source.url, exportName: source.exportName, limits, job };
    }
    return job;
  }

  #find(source: LoadedSource | ModuleSource, options: ResolvedRunOptions): Job {
    const key = keyOf(source, options);
    if (key === undefined) return this.#make(source, options, false);
    const known = this.#jobs.get(key);
    if (known?.recurs === true) return known;
    const job = this.#make(source, options, known !== undefined);
    if (this.#jobs.size >= MOST_JOBS) this.#jobs.clear();
    this.#jobs.set(key, job);
    return job;
  }

  /** Milliseconds that a task of the job is taken to need, as others of its kind did; `Infinity` if none has ended. */
  expectedMs(job: Job): number {
    return this.#paces.get(job) ?? Number.POSITIVE_INFINITY;
  }

  /** A task of the job has taken so long. */
  note(job: Job, ms: number): void {
    const before = this.#paces.get(job);
    if (before === undefined) this.#paces.set(job, ms);
    else this.#paces.set(job, before + (ms - before) * (ms < before ? WEIGHT_OF_SHORTER : WEIGHT_OF_LONGER));
  }

  #make(source: LoadedSource | ModuleSource, options: ResolvedRunOptions, recurs: boolean): Job {
    const { limits, functions, events, permissions } = options;
    const given = { memory: limits.memory, functions: [...functions.keys()], events: [...events.keys()] };
    const program =
      source.language === 'module' ? { ...source, ...given, generation: this.#generation } : { ...source, ...given };
    return {
      program,
      outputLimit: limits.output,
      callLimit: limits.hostCalls,
      turnLimit: limits.turn,
      permissions,
      recurs,
    };
  }
}

function isLike(latest: BareCall, { url, exportName }: ModuleSource, options: ResolvedRunOptions): boolean {
  return latest.url === url && latest.exportName === exportName && latest.limits === options.limits && isBare(options);
}

function isBare({ functions, events, permissions }: ResolvedRunOptions): boolean {
  return functions.size === 0 && events.size === 0 && permitted(permissions) === '';
}

/** All that makes a job what it is; undefined for one that is not worth remembering. */
function keyOf(source: LoadedSource | ModuleSource, options: ResolvedRunOptions): string | undefined {
  const { limits, functions, events, permissions } = options;
  const given = `${limits.memory} ${limits.turn} ${limits.output} ${limits.hostCalls} ${names(functions)}${names(events)}${permitted(permissions)}`;
  if (source.language === 'module') return `${given}\0${source.exportName}\0${source.url}`;
  const { language, name, code } = source;
  if (typeof code !== 'string' || code.length > LONGEST_CODE) return undefined;
  return `${given}\0${language}\0${name}\0${code}`;
}

function names(map: ReadonlyMap<string, unknown>): string {
  return map.size === 0 ? '\n' : `${JSON.stringify([...map.keys()])}\n`;
}

function permitted(permissions: ResolvedRunOptions['permissions']): string {
  return permissions.net === undefined && permissions.time === undefined ? '' : JSON.stringify(permissions);
}
