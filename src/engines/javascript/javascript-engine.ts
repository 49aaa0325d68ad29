/**
 * The JavaScript and TypeScript engine: one QuickJS VM in one WebAssembly instance for every script.
 *
 * 1. No two scripts are ever in one instance at the same time, so neither breaks or starves the other.
 * 2. A spare is a VM with the prelude and nothing else in it. One that a script has left becomes a spare again only with every byte of its memory
 *    and its stack pointer as they were before, so no script sees anything of another.
 */
import type { Value } from '../../values/value.js';
import type { Engine, EngineCounts, Program, Vm, VmHost } from '../engine.js';
import { Guest, type GuestModel } from './guest.js';
import { JavaScriptVm } from './javascript-vm.js';
import type { JavaScriptModule } from './module.js';
import { loadTypeScript, type Translate } from './typescript.js';

/** So many VMs that scripts have left are kept for others: as many as ran beside each other, in most programs. */
const MOST_KEPT = 16;

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
  #model: GuestModel | undefined;
  #live = 0;
  #instances = 0;
  #tableSize = 0;

  /** @param module what `loadJavaScriptModule` gave */
  constructor({ quickjs, model }: JavaScriptModule, options: JavaScriptEngineOptions = {}) {
    this.#module = quickjs;
    this.#model = model;
    this.#wanted = options.spares ?? 2;
  }

  /** Makes a VM at once for JavaScript, and for TypeScript after the translator has been loaded. */
  create(program: Program, args: readonly Value[], host: VmHost): Vm | Promise<Vm> {
    if (program.language !== 'typescript') return this.#create(program, args, host, undefined);
    if (this.#translate !== undefined) return this.#create(program, args, host, this.#translate);
    return this.#loadTranslator().then((translate) => this.#create(program, args, host, translate));
  }

  /** Makes spares until there are enough. Synchronous: a millisecond or so for each. */
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

  #create(program: Program, args: readonly Value[], host: VmHost, translate: Translate | undefined): Vm {
    const guest = this.#spares.pop() ?? this.#makeGuest();
    this.#live += 1;
    return new JavaScriptVm(guest, program, args, host, translate, (reusable) => {
      this.#live -= 1;
      if (reusable) this.#reuse(guest);
    });
  }

  #reuse(guest: Guest): void {
    if (this.#model === undefined || this.#spares.length >= MOST_KEPT) return;
    if (guest.rewind(this.#model)) this.#spares.push(guest);
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
