import { messageOf } from '../../errors/describe.js';
import { callListener } from '../../scope/call-listener.js';
import type { ResolvedKernelLimits } from '../limits.js';
import type { LogLevel } from '../log.js';
import type { KernelStats } from '../stats.js';
import type { Topic, TopicEvents } from '../topics.js';
import type { Requester } from './requester.js';
import { ScriptsClient } from './scripts-client.js';
import { SessionsClient } from './sessions-client.js';
import { ToolsClient } from './tools-client.js';

/** What a kernel says of itself. */
export interface ServerInfo {
  readonly protocolVersion: string;
  readonly serverInfo: { readonly name: string; readonly version: string; readonly pid: number };
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** What the kernel calls this client. */
  readonly client: string;
  readonly limits: ResolvedKernelLimits;
}

/** A kernel, seen by its user: the same whether it is in this process or elsewhere. Leaving its `await using` block closes it. */
export class KernelClient implements AsyncDisposable {
  readonly tools: ToolsClient;
  readonly scripts: ScriptsClient;
  readonly sessions: SessionsClient;
  readonly #requester: Requester;
  readonly #listeners = new Map<string, Set<(event: unknown) => void>>();
  #onLog: ((level: LogLevel, logger: string, data: unknown) => void) | undefined;

  constructor(requester: Requester) {
    this.#requester = requester;
    this.tools = new ToolsClient(requester);
    this.scripts = new ScriptsClient(requester);
    this.sessions = new SessionsClient(requester);
    requester.news = {
      event: (topic, data) => {
        for (const listener of this.#listeners.get(topic) ?? []) tellSafely(topic, () => listener(data));
      },
      log: (level, logger, data) => tellSafely('the log', () => this.#onLog?.(level as LogLevel, logger, data)),
    };
  }

  /** What the kernel is and permits. */
  async info(): Promise<ServerInfo> {
    return (await this.#requester.request('initialize', {})) as ServerInfo;
  }

  /** Settles when the kernel has answered, whatever else it does. */
  async ping(): Promise<void> {
    await this.#requester.request('ping', {});
  }

  /** What the kernel is doing and has done. */
  async stats(): Promise<KernelStats> {
    return (await this.#requester.request('stats', {})) as KernelStats;
  }

  /**
   * Calls the listener for each event of a topic: `task`, `tool` (each call of a tool) or `session`. One that throws harms nobody else; a
   * warning tells of it. Returns what ends that.
   */
  async subscribe<T extends Topic>(topic: T, listener: (event: TopicEvents[T]) => void): Promise<() => Promise<void>> {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners);
    const hears = listener as (event: unknown) => void;
    listeners.add(hears);
    await this.#requester.request('events/subscribe', { topics: [topic] });
    return async () => {
      listeners.delete(hears);
      if (listeners.size === 0) await this.#requester.request('events/unsubscribe', { topics: [topic] });
    };
  }

  /** Calls the listener for what the kernel logs, of this level and worse. */
  async onLog(level: LogLevel, listener: (level: LogLevel, logger: string, data: unknown) => void): Promise<void> {
    this.#onLog = listener;
    await this.#requester.request('logging/setLevel', { level });
  }

  /** Ends the kernel itself. @throws StintError `PERMISSION_DENIED` to a client that may not */
  async shutdown(): Promise<void> {
    await this.#requester.request('shutdown', {});
  }

  /** Settles when the connection is gone, with the reason if nobody closed it. Never rejects. */
  get closed(): Promise<Error | undefined> {
    return this.#requester.closed;
  }

  /** Cancels what is in flight and leaves. Sessions stay, until they have been idle for too long. */
  async close(): Promise<void> {
    await this.#requester.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Calls a listener whose failure is its own: a warning tells of it (`process.on('warning')`). */
function tellSafely(what: string, call: () => unknown): void {
  const warn = (error: unknown): void =>
    process.emitWarning(`a listener of ${what} failed: ${messageOf(error)}`, { code: 'STINT_LISTENER' });
  void callListener(call, warn);
}
