/**
 * The JavaScript and TypeScript engine: one QuickJS VM in one WebAssembly instance for every script.
 *
 * 1. No two scripts ever share an instance, so neither sees, breaks or starves the other.
 * 2. A spare is a VM with the prelude and nothing else in it; it becomes one program's and is never put back.
 */
import type { Engine, EngineCounts, Program, Vm, VmHost } from '../engine.js';
import { Guest, type GuestModel } from './guest.js';
import { JavaScriptVm } from './javascript-vm.js';
import { loadTypeScript, type Translate } from './typescript.js';

/** How an engine is set up. */
export interface JavaScriptEngineOptions {
  /** How many VMs `prepare` keeps ready. Default 2. */
  readonly spares?: number;
}

/** See the top of the file. */
export class JavaScriptEngine implements Engine {
  readonly #module: WebAssembly.Module;
  readonly #wanted: number;
  readonly #spares: Guest[] = [];
  #typeScript: Promise<Translate> | undefined;
  #translate: Translate | undefined;
  /** Made from the first guest, and never run itself. */
  #model: GuestModel | undefined;
  #live = 0;
  #instances = 0;
  #tableSize = 0;

  /** @param module what `loadQuickJsModule` gave */
  constructor(module: WebAssembly.Module, options: JavaScriptEngineOptions = {}) {
    this.#module = module;
    this.#wanted = options.spares ?? 2;
  }

  /** Makes a VM at once for JavaScript, and for TypeScript after the translator has been loaded. */
  create(program: Program, host: VmHost): Vm | Promise<Vm> {
    if (program.language !== 'typescript') return this.#create(program, host, undefined);
    if (this.#translate !== undefined) return this.#create(program, host, this.#translate);
    return this.#loadTranslator().then((translate) => this.#create(program, host, translate));
  }

  /** Makes spares until there are enough. Synchronous: half a millisecond or so for each. */
  prepare(most = this.#wanted): void {
    while (this.#spares.length < Math.min(most, this.#wanted)) this.#spares.push(this.#makeGuest());
  }

  counts(): EngineCounts {
    return {
      live: this.#live,
      spare: this.#spares.length,
      instances: this.#instances,
      tableSize: this.#tableSize,
    };
  }

  #create(program: Program, host: VmHost, translate: Translate | undefined): Vm {
    const guest = this.#spares.pop() ?? this.#makeGuest();
    this.#live += 1;
    return new JavaScriptVm(guest, program, host, translate, () => {
      this.#live -= 1;
    });
  }

  #makeGuest(): Guest {
    if (this.#model === undefined) this.#model = new Guest(this.#module).model();
    const guest = new Guest(this.#module, this.#model);
    this.#instances += 1;
    this.#tableSize = Math.max(this.#tableSize, guest.instance.api.__indirect_function_table.length);
    return guest;
  }

  async #loadTranslator(): Promise<Translate> {
    this.#typeScript ??= loadTypeScript();
    this.#translate = await this.#typeScript;
    return this.#translate;
  }
}
