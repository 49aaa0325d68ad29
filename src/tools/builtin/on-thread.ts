import type { ModuleContext } from '../../engines/module/module-context.js';
import { isStintError, StintError } from '../../errors/stint-error.js';
import type { Runtime } from '../../runtime/runtime.js';
import { failed } from './refusal.js';

/** What of a call {@link onThread} needs. */
export interface Call {
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

type Work = Readonly<Record<string, (input: never, context: ModuleContext) => unknown>>;

const MISSING = /^Cannot find (?:package|module) '([^']+)'/;

/**
 * The functions of a module, to be run on a thread of the runtime: a hostile pattern, template, query or file can keep that thread busy, not
 * the caller's, and ends with the call. The module's libraries are loaded there, by the first call.
 *
 * @param path the module, from the folder of the built-in tools
 * @returns calls one of them; rejects with what it throws if that is a `StintError`, `DEPENDENCY_MISSING` if a library of the module is not
 *   installed, else `TOOL_FAILED`
 */
export function onThread<W extends Work>(path: string) {
  let module: URL | undefined;
  return async <K extends keyof W & string>(
    { runtime, signal }: Call,
    name: K,
    input: Parameters<W[K]>[0],
  ): Promise<Awaited<ReturnType<W[K]>>> => {
    module ??= new URL(path, import.meta.url);
    try {
      return await runtime.run({ module, export: name }, { args: [input], signal });
    } catch (error) {
      throw translated(error);
    }
  };
}

function translated(error: unknown): unknown {
  if (!isStintError(error) || error.code !== 'SCRIPT_ERROR') return error;
  return missingDependency(error.cause) ?? failed(error.message, error.cause);
}

/** The error for a library that is not there, if that is what `thrown` says. */
function missingDependency(thrown: unknown): StintError | undefined {
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown };
  if (code !== 'ERR_MODULE_NOT_FOUND' || typeof message !== 'string') return undefined;
  const name = MISSING.exec(message)?.[1];
  if (name === undefined) return undefined;
  return new StintError(
    'DEPENDENCY_MISSING',
    `this tool needs the package '${name}', which is not installed; install it: npm install ${name}`,
    { cause: thrown },
  );
}

/** A library that works in the caller's thread, loaded when first used. @throws StintError (rejects with it) `DEPENDENCY_MISSING` */
export async function library<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw missingDependency(error) ?? error;
  }
}
