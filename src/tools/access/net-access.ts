/** What of the platform's `RequestInit` a tool's `fetch` knows. */
export interface FetchOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array;
  /** What becomes of a redirect. `follow`, the default: at most ten, each checked anew. */
  readonly redirect?: 'follow' | 'manual' | 'error';
  /** Ends the request before the call does. */
  readonly signal?: AbortSignal;
}

/** Where a tool connects to. */
export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  /** Whether to speak TLS; the certificate has to be for `host`. Default false. */
  readonly tls?: boolean;
}
