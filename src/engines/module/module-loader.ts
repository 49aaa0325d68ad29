/**
 * The modules of one thread.
 *
 * 1. A module is loaded once, however many tasks come at the same time; a failure is not remembered.
 * 2. One that was forgotten, or is of an older generation, is loaded anew: its entry file, not what that imports.
 * 3. Node keeps every copy of an ES module for as long as its thread lives: from some size of all copies on, {@link ModuleLoader.keepsTooMuch} says so.
 */
import { statSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { freshUrl } from './fresh-url.js';

/** The exports of a module. */
export type Exports = Readonly<Record<string, unknown>>;

interface Loaded {
  readonly generation: number;
  readonly exports: Exports;
}

/** What a copy takes of memory, in bytes, as measured: so much, and that many times the size of its file. */
const LEAST_COPY = 10_000;
const COPY_TO_FILE = 6;
const MOST_COPIED = 64 * 1024 ** 2;

const TYPESCRIPT = /\.[mc]?ts$/;

export class ModuleLoader {
  readonly #loaded = new Map<string, Loaded>();
  /** Modules loaded so far, anew ones included. */
  loads = 0;
  readonly #loading = new Map<string, Promise<Exports>>();
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

  load(url: string, generation: number): Promise<Exports> {
    const loading = this.#loading.get(url);
    if (loading !== undefined) return loading;
    const promise = this.#import(url, this.#loaded.has(url))
      .then((exports) => {
        this.loads += 1;
        this.#loaded.set(url, { generation, exports });
        return exports;
      })
      .finally(() => this.#loading.delete(url));
    this.#loading.set(url, promise);
    return promise;
  }

  /** What the module has in memory is not to be trusted: the next task loads it anew. */
  forget(url: string): void {
    const loaded = this.#loaded.get(url);
    if (loaded !== undefined) this.#loaded.set(url, { ...loaded, generation: -1 });
  }

  async #import(url: string, again: boolean): Promise<Exports> {
    if (!this.#knowsTypeScript && TYPESCRIPT.test(new URL(url).pathname)) this.#learnTypeScript();
    if (!again) return import(url);
    const copy = (this.#copies.get(url) ?? 0) + 1;
    this.#copies.set(url, copy);
    this.#copied += LEAST_COPY + COPY_TO_FILE * (statSync(new URL(url), { throwIfNoEntry: false })?.size ?? 0);
    return import(freshUrl(url, fileURLToPath(url), copy));
  }

  /** Has Node load TypeScript, all of it. */
  #learnTypeScript(): void {
    register(new URL('typescript-hooks.js', import.meta.url));
    process.setSourceMapsEnabled(true);
    this.#knowsTypeScript = true;
  }
}
