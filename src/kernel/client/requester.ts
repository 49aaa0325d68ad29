import type { CallListener } from '../call.js';

/** What a request can be told. */
export interface RequestOptions {
  /** Cancels the request when it aborts. The promise settles when the kernel has ended it. */
  readonly signal?: AbortSignal | undefined;
  readonly listener?: CallListener | undefined;
}

/** What a client hears without having asked just now. */
export interface NewsListener {
  event(topic: string, data: unknown): void;
  log(level: string, logger: string, data: unknown): void;
}

/** The way to a kernel, whatever carries the messages. */
export interface Requester {
  /** Whether the kernel is in this process: it can take files and modules then. */
  readonly local: boolean;
  news: NewsListener | undefined;
  /** Settles with what the kernel answered. Rejects with a `StintError`. */
  request(method: string, params: object, options?: RequestOptions): Promise<unknown>;
  /** Settles when the connection is gone, with the reason if nobody closed it. Never rejects. */
  readonly closed: Promise<Error | undefined>;
  close(): Promise<void>;
}
