/**
 * The modules of one thread.
 *
 * 1. A module is loaded once, however many tasks come at the same time, and by whichever links; a failure is not remembered.
 * 2. One that was forgotten, or is of an older generation, is loaded anew: its entry file, not what that imports.
 * 3. Node keeps every copy of an ES module for as long as its thread lives: from some size of all copies on, {@link ModuleLoader.keepsTooMuch} says so.
 */
import { realpathSync, statSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { freshUrl } from './fresh-url.js';

/** The exports of a module. */
export type Exports = Readonly<Record<string, unknown>>;

interface Loaded {
  generation: number;
  readonly exports: Exports;
}

/** What a copy takes of memory, in bytes, as measured: so much, and that many times the size of its file. */
const LEAST_COPY = 10_000;
const COPY_TO_FILE = 6;
const MOST_COPIED = 64 * 1024 ** 2;

const TYPESCRIPT = /\.[mc]?ts$/;

export class ModuleLoader {
  /** By the URL that a task names, which may be that of a link. */
  readonly #loaded = new Map<string, Loaded>();
  /** By the URL of the file itself, as Node knows modules; undefined if it could not be loaded. */
  readonly #known = new Map<string, Loaded | undefined>();
  /** Modules loaded so far, anew ones included. */
  loads = 0;
  readonly #loading = new Map<string, Promise<Loaded>>();
  readonly #copies = new Map<string, number>();
  /** What the copies take, in bytes. */
  #copied = 0;
  /** Node itself may know no more of it than to leave types out. */
  #knowsTypeScript = (process.features as { typescript?: unknown }).typescript === 'transform';

  /** Whether the thread should be replaced, for the copies of modules that it keeps. */
  get keepsTooMuch(): boolean {
    return this.#copied > MOST_COPIED;
  }

  /** A module's exports, if it is loaded. */
  loaded(url: string, generation: number): Exports | undefined {
    const loaded = this.#loaded.get(url);
    return loaded !== undefined && loaded.generation >= generation ? loaded.exports : undefined;
  }

  async load(url: string, generation: number): Promise<Exports> {
    const real = realUrl(url);
    let loading = this.#loading.get(real);
    if (loading === undefined) {
      loading = this.#load(real, url, generation).finally(() => this.#loading.delete(real));
      this.#loading.set(real, loading);
    }
    const loaded = await loading;
    this.#loaded.set(url, loaded);
    return loaded.exports;
  }

  /** What the module has in memory is not to be trusted: the next task loads it anew. */
  forget(url: string): void {
    const loaded = this.#loaded.get(url);
    if (loaded !== undefined) loaded.generation = -1;
  }

  async #load(real: string, url: string, generation: number): Promise<Loaded> {
    const known = this.#known.get(real);
    if (known !== undefined && known.generation >= generation) return known;
    const again = this.#known.has(real);
    this.#known.set(real, undefined);
    const loaded = { generation, exports: await this.#import(real, url, again) };
    this.loads += 1;
    this.#known.set(real, loaded);
    return loaded;
  }

  async #import(real: string, url: string, again: boolean): Promise<Exports> {
    const { pathname } = new URL(real);
    if (!this.#knowsTypeScript && TYPESCRIPT.test(pathname)) this.#learnTypeScript();
    if (!again) return import(url);
    const copy = (this.#copies.get(real) ?? 0) + 1;
    this.#copies.set(real, copy);
    this.#copied += LEAST_COPY + COPY_TO_FILE * (statSync(new URL(real), { throwIfNoEntry: false })?.size ?? 0);
    return import(freshUrl(url, fileURLToPath(real), copy));
  }

  /** Has Node load TypeScript, all of it. */
  #learnTypeScript(): void {
    register(new URL('typescript-hooks.js', import.meta.url));
    process.setSourceMapsEnabled(true);
    this.#knowsTypeScript = true;
  }
}

/** The URL of the file that a URL leads to; of one that is not there its own. */
function realUrl(url: string): string {
  try {
    const real = new URL(url);
    real.pathname = pathToFileURL(realpathSync(fileURLToPath(real))).pathname;
    return real.href;
  } catch {
    return url;
  }
}
