import type { Engine, EngineCounts, EventLoopVmHost, ModuleProgram, Program, Vm } from '../engines/engine.js';
import { ENGINE_NAMES, type EngineName, engineFor, type ScriptEngineName } from '../engines/engine-name.js';
import { createEngine, type EngineOrder, type EngineSettings } from '../engines/load-engine.js';
import type { ModuleEngine } from '../engines/module/module-engine.js';
import type { ScriptLanguage } from '../errors/stint-error.js';
import type { Value } from '../values/value.js';

/** The engines of a worker thread, each from when its code came. */
export class ThreadEngines {
  readonly #settings: EngineSettings;
  readonly #onModules: () => void;
  readonly #loading = new Map<EngineName, Promise<void>>();
  readonly #awaited = new Map<EngineName, (loading: Promise<void>) => void>();
  readonly #engines = new Map<ScriptEngineName, Engine>();
  #modules: ModuleEngine | undefined;

  /** @param onModules called before the first module is loaded */
  constructor(settings: EngineSettings, onModules: () => void) {
    this.#settings = settings;
    this.#onModules = onModules;
  }

  /** Takes the code of an engine; settles when the engine is there. */
  add(code: EngineOrder): Promise<void> {
    const loading = this.#load(code);
    this.#loading.set(code.name, loading);
    this.#awaited.get(code.name)?.(loading);
    return loading;
  }

  /** Settles when a language's engine is there; undefined if it is already. */
  loading(language: ScriptLanguage | 'module'): Promise<void> | undefined {
    if (language === 'module') return this.#modules === undefined ? this.#loadModules() : undefined;
    const name = engineFor(language);
    if (this.#engines.has(name)) return undefined;
    const loading = this.#loading.get(name);
    if (loading !== undefined) return loading;
    // A task that came by another way than its engine.
    const awaited = new Promise<void>((resolve) => this.#awaited.set(name, resolve));
    this.#loading.set(name, awaited);
    return awaited;
  }

  /** Makes a VM; the program's engine is there. */
  create(program: Program | ModuleProgram, args: readonly unknown[], host: EventLoopVmHost): Vm | Promise<Vm> {
    if (program.language === 'module') return (this.#modules as ModuleEngine).create(program, args, host);
    return (this.#engines.get(engineFor(program.language)) as Engine).create(program, args as readonly Value[], host);
  }

  /** Calls `tell` with what each engine holds, by its place in `ENGINE_NAMES`. */
  count(tell: (engine: number, counts: EngineCounts) => void): void {
    for (const [name, engine] of this.#engines) tell(ENGINE_NAMES.indexOf(name), engine.counts());
    if (this.#modules !== undefined) tell(ENGINE_NAMES.indexOf('module'), this.#modules.counts());
  }

  /** Whether the thread should be replaced, for what they keep. */
  get keepsTooMuch(): boolean {
    return this.#modules?.keepsTooMuch === true;
  }

  /** Makes spare VMs: as many as are kept, for all engines or those that have none left, or `one` for those. */
  prepare(which: 'all' | 'empty' | 'one'): void {
    for (const engine of this.#engines.values()) {
      if (which === 'all' || engine.counts().spare === 0) engine.prepare(which === 'one' ? 1 : undefined);
    }
  }

  async #loadModules(): Promise<void> {
    const { ModuleEngine } = await import('../engines/module/module-engine.js');
    if (this.#modules !== undefined) return;
    this.#onModules();
    this.#modules = new ModuleEngine();
  }

  async #load(code: EngineOrder): Promise<void> {
    this.#engines.set(code.name, await createEngine(code, this.#settings));
  }
}
