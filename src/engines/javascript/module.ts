import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compile } from '../compile.js';
import type { GuestModel } from './guest.js';
import { readModel } from './model-file.js';

/** The WebAssembly module of QuickJS-ng, as a package has it. */
export const QUICKJS_PATH: string = createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm');

/** Made by the build, see model-file.ts. */
export const MODEL_PATH: URL = new URL('guest.model', import.meta.url);

/** The compiled code of the JavaScript engine, and what its VMs begin with. Can be posted to other threads, which then share it. */
export interface JavaScriptModule {
  readonly quickjs: WebAssembly.Module;
  /** Undefined if the build made it for another version of QuickJS: then each thread makes its own. */
  readonly model: GuestModel | undefined;
}

/** Reads and compiles what a `JavaScriptEngine` needs. Once for a process is enough. */
export async function loadJavaScriptModule(): Promise<JavaScriptModule> {
  const binary = readFileSync(QUICKJS_PATH);
  const compiling = compile(binary);
  const model = readModel(readFileSync(MODEL_PATH), binary);
  return { quickjs: await compiling, model };
}
