import type { ToolProgress } from '../tools/call-options.js';
import type { Account } from './account.js';
import type { LogLevel } from './log.js';

/** What a client wants to hear while its request is carried out. */
export interface CallListener {
  progress?(progress: ToolProgress): void;
  /** A part of a result that is streamed: the next one comes when what this returns has settled. */
  part?(value: unknown): void | Promise<void>;
  /** Output of a script. */
  output?(text: string, stream: 'stdout' | 'stderr'): void;
}

/** What the kernel tells a client that did not ask just now. */
export interface ClientListener {
  event(topic: string, data: unknown): void;
  log(level: LogLevel, logger: string, data: unknown): void;
}

/** One client of the kernel: what outlives a request. */
export interface ClientState {
  readonly id: string;
  readonly account: Account;
  readonly listener: ClientListener;
  readonly topics: Set<string>;
  logLevel: LogLevel | undefined;
}

/** What a method gets beside its parameters. */
export interface Call {
  readonly client: ClientState;
  /** Aborts when the client cancels the request, or is gone. */
  readonly signal: AbortSignal;
  readonly listener: CallListener;
}
