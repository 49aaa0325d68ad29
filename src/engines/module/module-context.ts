import type { Transferable } from '../../values/transfer.js';
import type { Value } from '../../values/value.js';

/** A tool as a function, with fields for the tools that have more to their names. */
export interface ModuleTool {
  (input?: unknown): Promise<unknown>;
  readonly [name: string]: ModuleTool;
}

/** Tools for a module task. */
export type ModuleTools = { readonly [name: string]: ModuleTool } & {
  call<T = Value>(name: string, input?: unknown): Promise<T>;
  list(filter?: { category?: string; tag?: string; security?: string }): Promise<Value>;
  search(query: string, filter?: { category?: string; tag?: string; security?: string }): Promise<Value>;
  info(name: string): Promise<Value>;
};

/** What a module task's function gets as its second argument. */
export interface ModuleContext {
  /** All arguments of the task; the function's first argument is the first of them. */
  readonly args: readonly unknown[];
  /**
   * Aborts when the task has to end. Its `aborted` (and `throwIfAborted`) is true at once, also in the middle of a
   * synchronous loop; listeners are called when the function gives control back.
   */
  readonly signal: AbortSignal;
  /** Owner of what the task acquires: what is deferred runs at its end, however that comes, in reverse order. */
  readonly scope: { defer(disposer: () => void | Promise<void>): void };
  /** Calls a function of `RunOptions.functions`. Rejects with what it threw: message, name and code. */
  call<T = Value>(name: string, ...args: Value[]): Promise<T>;
  /** Sends an event of `RunOptions.events`. Blocks for a moment when the host cannot keep up. */
  emit(name: string, ...args: Value[]): void;
  /** Makes a directory that only this user can read; it is removed when the task has ended. Answers its path. */
  scratch(): Promise<string>;
  /** Calls tools of `RunOptions.tools`: as functions by name, `tool.json.query({...})`, or by {@link ModuleTools.call}. */
  readonly tool: ModuleTools;
  /** Marks what is handed over with the result instead of being copied. */
  transfer<T extends object>(value: T, list: readonly Transferable[]): T;
}
