/**
 * Worker threads, from before it is known what they are for: a thread takes as long to boot as a program takes to load.
 *
 * It gets its setup as its first message.
 */
import { threadId, Worker } from 'node:worker_threads';
import { THREAD_NAME_PREFIX } from '../control/interrupter-messages.js';
import type { ScriptEngineName } from '../engines/engine-name.js';

/** What cannot be changed in a thread that has booted. */
export interface BootSettings {
  /** Bytes that V8's heap may hold; undefined for V8's own default. */
  readonly heap?: number | undefined;
  /** Its environment variables. Default: none. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

export interface BootedThread {
  /** The interrupter knows it by this. */
  readonly name: string;
  readonly worker: Worker;
  /** Settles when Node is ready there for our code, or when it will never be. */
  readonly online: Promise<void>;
  /** What it gets ready by itself, before it is known what it is for. */
  readonly engine: ScriptEngineName | undefined;
}

const YOUNG_GENERATION_MB = 8;

let early: BootedThread | undefined;

/**
 * Boots a thread that the first runtime takes, for a program that is soon done. It keeps no process alive.
 *
 * @param engine what it is likely to need
 * @returns settles when it is online
 */
export function bootEarly(engine: ScriptEngineName): Promise<void> {
  early ??= boot({}, engine);
  return early.online;
}

/** A thread that boots, or has been since {@link bootEarly}. */
export function bootThread(settings: BootSettings): BootedThread {
  const { heap, environment } = settings;
  if (early === undefined || heap !== undefined || environment !== undefined) return boot(settings);
  const booted = early;
  early = undefined;
  return booted;
}

function boot({ heap, environment = {} }: BootSettings, engine?: ScriptEngineName): BootedThread {
  // No other thread of the process has it: a thread boots one after the other.
  const name = `${THREAD_NAME_PREFIX}${threadId}-${process.hrtime.bigint()}`;
  const worker = new Worker(new URL('../worker/entry.cjs', import.meta.url), {
    name,
    // A script has no use for the host's environment, nor has the thread for the host's command line.
    env: environment,
    argv: [],
    workerData: engine,
    execArgv: [],
    // The memory of scripts is not in V8's heap. What passes through it lives shortly.
    resourceLimits: {
      maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
      ...(heap === undefined ? {} : { maxOldGenerationSizeMb: heap / 1024 ** 2 }),
    },
  });
  worker.unref();
  const online = new Promise<void>((resolve) => worker.once('online', resolve).once('exit', () => resolve()));
  return { name, worker, online, engine };
}
