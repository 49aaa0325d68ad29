import type { Engine, EngineCounts, Program, Vm, VmHost } from '../engines/engine.js';
import { type EngineName, engineFor } from '../engines/engine-name.js';
import { createEngine, type EngineCode, type EngineSettings } from '../engines/load-engine.js';

/** The engines of a worker thread, each from when its code came. */
export class ThreadEngines {
  readonly #settings: EngineSettings;
  readonly #loading = new Map<EngineName, Promise<void>>();
  readonly #engines = new Map<EngineName, Engine>();

  constructor(settings: EngineSettings) {
    this.#settings = settings;
  }

  /** Takes the code of an engine, before the first task of its language. */
  add(code: EngineCode): void {
    this.#loading.set(code.name, this.#load(code));
  }

  /** Settles when a program's engine is there; undefined if it is already. */
  loading(program: Program): Promise<void> | undefined {
    const name = engineFor(program.language);
    if (this.#engines.has(name)) return undefined;
    return this.#loading.get(name) ?? Promise.reject(new Error(`no engine for ${program.language}`));
  }

  /** Makes a VM; the program's engine is there. */
  create(program: Program, host: VmHost): Vm | Promise<Vm> {
    return (this.#engines.get(engineFor(program.language)) as Engine).create(program, host);
  }

  counts(): Partial<Record<EngineName, EngineCounts>> {
    return Object.fromEntries([...this.#engines].map(([name, engine]) => [name, engine.counts()]));
  }

  /** Makes spare VMs, of all engines or only of those that have none left. */
  prepare(which: 'all' | 'empty'): void {
    for (const engine of this.#engines.values()) if (which === 'all' || engine.counts().spare === 0) engine.prepare();
  }

  async #load(code: EngineCode): Promise<void> {
    this.#engines.set(code.name, await createEngine(code, this.#settings));
  }
}
