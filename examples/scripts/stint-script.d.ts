/**
 * What a TypeScript script finds around it, next to the language itself. Only editors and `tsc` read
 * this file: stint takes the types out of a script and does not check them.
 */

/** The arguments that the script was started with. The scripts in this folder are given texts. */
declare const args: readonly string[];

/** Writes a line to the standard output. */
declare function print(...values: unknown[]): void;

/** `log`, `info` and `debug` write to the standard output, `warn` and `error` to the standard error. */
declare const console: Readonly<Record<'log' | 'info' | 'debug' | 'warn' | 'error', (...values: unknown[]) => void>>;

/** A tool as a function, with fields for the tools that have more to their names. */
interface ScriptTool {
  (input?: unknown): Promise<unknown>;
  readonly [name: string]: ScriptTool;
}

/** The tools that the script was given. */
declare const tool: { readonly [name: string]: ScriptTool } & {
  call(name: string, input?: unknown): Promise<unknown>;
  list(filter?: { category?: string; tag?: string; security?: string }): Promise<unknown[]>;
  search(query: string, filter?: { category?: string; tag?: string; security?: string }): Promise<unknown[]>;
  info(name: string): Promise<unknown>;
};
