import type { OwnLedger } from '../hosts/own-ledger.js';
import type { Runtime } from './runtime.js';

/** What a script's call of a tool brings along. */
export interface ToolCall {
  /** Aborts when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
  /** Who calls, for the audit: `script 5f-12`. */
  readonly caller?: string;
  /** Gives where the tool may run scripts. */
  readonly runtime?: () => Runtime;
  /** Records the programs and scratch directories of the tool. Default: the default ledger, opened for the call. @internal */
  readonly ledger?: OwnLedger;
}

/** Which tools are wanted. */
export interface ToolFilter {
  readonly category?: string;
  readonly tag?: string;
  readonly security?: string;
}

/** Where scripts find tools: a `ToolRegistry`, or a view of one under another policy (`registry.under`). */
export interface ToolPort {
  list(filter?: ToolFilter): readonly { readonly name: string }[];
  search(query: string, filter?: ToolFilter): Promise<readonly { readonly name: string }[]>;
  info(name: string): unknown;
  call(name: string, input: unknown, options?: ToolCall): Promise<unknown>;
}
