import type { ScriptLanguage } from '../../errors/stint-error.js';
import type { Limits } from '../../runtime/limits.js';
import type { Duration } from '../../runtime/units.js';
import type { Value } from '../../values/value.js';
import type { ArtifactInfo } from '../sessions/artifacts.js';
import type { SessionInfo } from '../sessions/session.js';
import { readTelling } from './read-telling.js';
import type { Requester } from './requester.js';

/** What a session can be told. */
export interface SessionOptions {
  readonly language: ScriptLanguage;
  /** What it is called in lists. Default: its language. */
  readonly name?: string;
  /** `timeout` and `output` are of each piece, `memory` of the VM. */
  readonly limits?: Pick<Limits, 'timeout' | 'memory' | 'output'>;
  /** How long it may be unused before it is closed; no longer than the kernel's own limit, which is the default. */
  readonly idle?: Duration;
  /** Names of the tools that its pieces may call, `*` for any text, or `true` for all that the policy permits. Default: none. */
  readonly tools?: readonly string[] | boolean;
}

/** What a piece of code in a session can be told. */
export interface PieceRunOptions {
  readonly args?: readonly Value[];
  /** Default: the session's. */
  readonly timeout?: Duration | null;
  readonly signal?: AbortSignal;
  readonly output?: (text: string, stream: 'stdout' | 'stderr') => void;
}

/** The sessions of a client, and of all others that come by the same listener. */
export class SessionsClient {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /** @throws StintError `QUEUE_FULL` */
  async open(options: SessionOptions): Promise<SessionClient> {
    const { id } = (await this.#requester.request('sessions/open', options)) as SessionInfo;
    return new SessionClient(this.#requester, id);
  }

  /** Takes a session up again, of an earlier connection say. @throws StintError `INVALID_ARGUMENT` if it is not there */
  async resume(id: string): Promise<SessionClient> {
    await this.#requester.request('sessions/resume', { session: id });
    return new SessionClient(this.#requester, id);
  }

  async list(): Promise<SessionInfo[]> {
    return ((await this.#requester.request('sessions/list', {})) as { sessions: SessionInfo[] }).sessions;
  }
}

/** A session. Leaving its `await using` block closes it; leaving the connection does not. */
export class SessionClient implements AsyncDisposable {
  readonly id: string;
  readonly artifacts: ArtifactsClient;
  readonly #requester: Requester;

  constructor(requester: Requester, id: string) {
    this.id = id;
    this.artifacts = new ArtifactsClient(requester, id);
    this.#requester = requester;
  }

  /**
   * Runs a piece of code after those that came before it, with the variables that they left. A piece that has to be stopped takes the
   * variables with it, and says so.
   */
  async run<T = Value>(code: string, options: PieceRunOptions = {}): Promise<T> {
    const { signal, output, others } = readTelling(options);
    const params = { session: this.id, code, ...others };
    const listener = output === undefined ? {} : { output };
    return ((await this.#requester.request('sessions/run', params, { signal, listener })) as { value: T }).value;
  }

  /** Stops the piece that runs. False if none does. */
  async interrupt(): Promise<boolean> {
    const answer = await this.#requester.request('sessions/interrupt', { session: this.id });
    return (answer as { interrupted: boolean }).interrupted;
  }

  async info(): Promise<SessionInfo> {
    return (await this.#requester.request('sessions/resume', { session: this.id })) as SessionInfo;
  }

  async close(): Promise<void> {
    await this.#requester.request('sessions/close', { session: this.id });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What a session keeps beside its variables. */
export class ArtifactsClient {
  readonly #requester: Requester;
  readonly #session: string;

  constructor(requester: Requester, session: string) {
    this.#requester = requester;
    this.#session = session;
  }

  async list(): Promise<ArtifactInfo[]> {
    const answer = await this.#requester.request('artifacts/list', { session: this.#session });
    return (answer as { artifacts: ArtifactInfo[] }).artifacts;
  }

  /** @throws StintError `INVALID_ARGUMENT` if there is none of that name */
  async load(name: string): Promise<ArtifactInfo & { readonly data: string | Uint8Array }> {
    return (await this.#requester.request('artifacts/load', { session: this.#session, name })) as never;
  }

  /** @throws StintError `OUT_OF_MEMORY` beyond the limit of the session */
  async save(name: string, data: string | Uint8Array, type?: string): Promise<ArtifactInfo> {
    const params = { session: this.#session, name, data, ...(type === undefined ? {} : { type }) };
    return (await this.#requester.request('artifacts/save', params)) as ArtifactInfo;
  }

  async remove(name: string): Promise<void> {
    await this.#requester.request('artifacts/remove', { session: this.#session, name });
  }
}
