/**
 * Tools, scripts and sessions behind one protocol, for clients in this process and elsewhere.
 *
 * 1. What clients ask for is carried out side by side: a script that runs holds up no other request.
 * 2. An answer goes to the client that asked, over the connection on which it asked.
 * 3. Closed, it has no listener, connection, session or live script, and nothing on disk.
 */
import { within } from '../control/within.js';
import { StintError } from '../errors/stint-error.js';
import { OwnLedger } from '../hosts/own-ledger.js';
import type { Ledger } from '../ledger/ledger.js';
import { readOptions, text } from '../runtime/read-options.js';
import { Runtime } from '../runtime/runtime.js';
import type { TaskEvent } from '../runtime/task.js';
import { type Duration, parseDuration } from '../runtime/units.js';
import type { AuditEvent } from '../tools/audit.js';
import { Policy } from '../tools/policy.js';
import type { PolicyOptions } from '../tools/policy-options.js';
import type { ToolRegistry } from '../tools/registry.js';
import { Account } from './account.js';
import type { ClientListener } from './call.js';
import { DirectRequester } from './client/direct-requester.js';
import { KernelClient } from './client/kernel-client.js';
import { type ClientKind, Connection, type ConnectionHost } from './connection.js';
import type { ResolvedKernelLimits } from './limits.js';
import { isLoud, type LogLevel } from './log.js';
import { Peer } from './peer.js';
import type { Services } from './services.js';
import { SessionTable } from './sessions/session-table.js';
import { KernelCounter, type KernelStats } from './stats.js';
import { newsOf, type Topic, type TopicEvents } from './topics.js';
import { connectionOf, type Listener, type ListenOptions, startListening } from './transport/listen.js';
import { readListenOptions } from './transport/listen-options.js';
import type { Wire } from './wire.js';

/** What a kernel is made of. */
export interface KernelParts {
  readonly name: string;
  readonly version: string;
  /** Where scripts run; undefined: a runtime of the kernel's own, made when the first one comes. */
  readonly runtime: Runtime | undefined;
  readonly registry: ToolRegistry;
  readonly policy: Policy;
  readonly limits: ResolvedKernelLimits;
  /** Records the sockets that are listened on. */
  readonly ledger: Ledger | undefined;
  readonly log: (level: LogLevel, logger: string, data: unknown) => void;
}

/** Live tasks of a kernel's own runtime: a session holds one for as long as it has variables. */
const SLOTS = 1024;

/** Clients of the kernel's own process. */
const LOCAL = { name: 'local', local: true, control: true };

/** See the top of the file. Leaving its `await using` block closes it. */
export class Kernel implements AsyncDisposable {
  readonly tools: ToolRegistry;
  #policy: Policy;
  #runtime: Runtime | undefined;
  readonly #parts: KernelParts;
  readonly #ledger: OwnLedger;
  readonly #services: Services;
  readonly #host: ConnectionHost;
  readonly #sessions: SessionTable;
  readonly #counter = new KernelCounter();
  readonly #peers = new Set<Peer>();
  readonly #connections = new Set<Connection>();
  readonly #listeners = new Set<Listener>();
  readonly #startedAt = performance.now();
  readonly #watched = new Set<Topic>();
  readonly #onTask = (event: TaskEvent): void => this.#publish('task', newsOf(event));
  readonly #onTool = (event: AuditEvent): void => this.#publish('tool', event);
  #lastClient = 0;
  #closed: Promise<void> | undefined;
  #tellShutdown!: (by: string) => void;
  /** Settles when a client has asked for the end of the kernel, with the client's id. Nothing else happens by itself. */
  readonly shutdownAsked = new Promise<string>((resolve) => {
    this.#tellShutdown = resolve;
  });

  /** Made by `createKernel`. */
  constructor(parts: KernelParts) {
    this.#parts = parts;
    this.#runtime = parts.runtime;
    this.#ledger = new OwnLedger(parts.runtime?.ledger.directory);
    this.tools = parts.registry;
    this.#policy = parts.policy;
    this.#sessions = new SessionTable(
      () => this.runtime,
      parts.limits.sessions,
      (owner, event) => {
        if (event.type !== 'artifact') this.log('info', 'session', event);
        this.#publish('session', event, owner);
      },
    );
    const { name, version, limits, registry } = parts;
    const kernel = this;
    this.#services = {
      ...{ name, version, limits, registry, sessions: this.#sessions, ledger: this.#ledger },
      get policy() {
        return kernel.policy;
      },
      get runtime() {
        return kernel.runtime;
      },
      stats: () => this.stats(),
      watch: (topic) => this.#watch(topic),
      log: (level, logger, data) => this.log(level, logger, data),
      shutdown: ({ id }) => this.#tellShutdown(id),
    };
    this.#host = { limits, counter: this.#counter, admit: (kind, listener) => this.#admit(kind, listener) };
  }

  /** Where scripts run: that which the kernel was given, or its own, whose threads start with the tasks that need them. */
  get runtime(): Runtime {
    if (this.#runtime === undefined) {
      this.#checkOpen();
      this.#runtime = new Runtime({ name: this.#parts.name, warm: false, slots: SLOTS });
    }
    return this.#runtime;
  }

  /** What calls of tools may do, whoever makes them. A new one holds from the next call on; scripts and sessions keep that of their start. */
  get policy(): Policy {
    return this.#policy;
  }

  set policy(policy: Policy | PolicyOptions) {
    this.#policy = Policy.of(policy);
  }

  /**
   * A client in this process: values go to it and from it as they are.
   *
   * @param options `name`: of somebody for whom the program acts, and who is limited as a client from elsewhere. Sessions belong to a name.
   */
  client(options?: { name?: string }): KernelClient {
    this.#checkOpen();
    const { name } = readOptions(options, 'options', { name: text });
    const principal = name === undefined ? LOCAL : { name: `for:${name}`, local: false, control: false };
    return new KernelClient(new DirectRequester((news) => this.#admit({ principal }, news)));
  }

  /** Lets clients in from elsewhere. @throws StintError `INVALID_ARGUMENT` if it cannot listen there */
  async listen(options: ListenOptions): Promise<Listener> {
    this.#checkOpen();
    let close!: () => Promise<void>;
    let tellClosed!: () => void;
    const closed = new Promise<void>((resolve) => {
      tellClosed = resolve;
    });
    const connections = new Set<Connection>();
    const listening = await startListening(readListenOptions(options), {
      limits: this.#parts.limits,
      ledger: this.#parts.ledger,
      accept: (wire, kind, listener) => this.#accept(wire, kind, listener, connections),
    });
    if (this.#closed !== undefined) {
      await listening.bound.close();
      this.#checkOpen();
    }
    const listener: Listener = {
      address: listening.address,
      connection: connectionOf(listening),
      closed,
      close: () => close(),
      [Symbol.asyncDispose]: () => close(),
    };
    let closing: Promise<void> | undefined;
    close = () => {
      closing ??= this.#closeListener(listener, listening.bound.close(), connections).then(tellClosed);
      return closing;
    };
    void listening.gone?.then(close);
    this.#listeners.add(listener);
    this.log('info', 'kernel', { event: 'listening', address: listening.address });
    return listener;
  }

  /** What the kernel is doing and has done. */
  stats(): KernelStats {
    const { name, version, registry } = this.#parts;
    return {
      name,
      version,
      pid: process.pid,
      uptimeMs: Math.round(performance.now() - this.#startedAt),
      memory: process.memoryUsage.rss(),
      clients: this.#peers.size,
      listeners: [...this.#listeners].map(({ address }) => address),
      ...this.#counter,
      tools: registry.size,
      sessions: this.#sessions.size,
      runtime: this.#runtime?.stats(),
    };
  }

  /** Tells the log, and those clients that want to hear of it. */
  log(level: LogLevel, logger: string, data: unknown): void {
    this.#parts.log(level, logger, data);
    for (const { logLevel, listener, account } of this.#peers) {
      if (account.principal.control && isLoud(level, logLevel)) listener.log(level, logger, data);
    }
  }

  /**
   * Ends it, step by step: no new clients; requests in flight have the grace to end by themselves, then they are cancelled; then the
   * sessions, and the runtime if it is the kernel's own.
   *
   * @param options `grace`: default 0
   */
  close(options?: { grace?: Duration }): Promise<void> {
    const { grace = 0 } = readOptions(options, 'options', { grace: parseDuration });
    this.#closed ??= this.#close(grace);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(grace: number): Promise<void> {
    if (grace > 0) await this.#drained(grace);
    await Promise.all([...this.#listeners].map((listener) => listener.close()));
    for (const peer of this.#peers) peer.end('the kernel is closing');
    await Promise.all([...this.#peers].map((peer) => peer.drained()));
    await this.#sessions.closeAll();
    this.#runtime?.off('task', this.#onTask);
    this.tools.off('call', this.#onTool);
    if (this.#parts.runtime === undefined) await this.#runtime?.close();
    await this.#ledger.close();
  }

  /** Settles when nothing is in flight, or the time is up. */
  async #drained(ms: number): Promise<void> {
    await within(Promise.all([...this.#peers].map((peer) => peer.drained())), ms);
  }

  async #closeListener(listener: Listener, bound: Promise<void>, connections: Set<Connection>): Promise<void> {
    await Promise.all([...connections].map((connection) => connection.close('the kernel takes no more requests here')));
    await bound;
    this.#listeners.delete(listener);
    this.log('info', 'kernel', { event: 'closed', address: listener.address });
  }

  #accept(wire: Wire, kind: ClientKind, listener: string, connections: Set<Connection>): void {
    if (this.#closed !== undefined || this.#connections.size >= this.#parts.limits.clients) {
      this.#counter.refused += 1;
      wire.destroy();
      this.log('warning', 'kernel', {
        event: 'refused',
        listener,
        why: `${this.#connections.size} connections are open`,
      });
      return;
    }
    const connection = new Connection(this.#host, wire, kind, (ended) => {
      this.#connections.delete(ended);
      connections.delete(ended);
    });
    if (connection.isClosed) return;
    this.#connections.add(connection);
    connections.add(connection);
  }

  #admit({ principal, account }: ClientKind, listener: ClientListener): Peer {
    this.#lastClient += 1;
    const used = account ?? new Account(principal, this.#parts.limits);
    const peer: Peer = new Peer(`c${this.#lastClient}`, used, this.#services, this.#counter, listener, (ended) =>
      this.#peers.delete(ended),
    );
    this.#peers.add(peer);
    return peer;
  }

  /** Events are made only when somebody has asked for them. */
  #watch(topic: Topic): void {
    if (this.#watched.has(topic)) return;
    this.#watched.add(topic);
    if (topic === 'task') this.runtime.on('task', this.#onTask);
    if (topic === 'tool') this.#parts.registry.on('call', this.#onTool);
  }

  /** @param owner whose clients may hear of it; undefined: all that asked */
  #publish<T extends Topic>(topic: T, data: TopicEvents[T], owner?: string): void {
    if (!this.#watched.has(topic)) return;
    for (const { topics, listener, account } of this.#peers) {
      if (topics.has(topic) && (owner === undefined || owner === account.principal.name)) listener.event(topic, data);
    }
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw new StintError('RUNTIME_CLOSED', 'the kernel is closed; make a new one');
  }
}
