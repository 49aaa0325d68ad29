/**
 * The tools of a program, and the one way to call them.
 *
 * 1. Every call, whoever makes it, passes the policy, the schemas and the limits, and gives one audit event.
 * 2. No name stands for two tools.
 * 3. Calls that are under way are bounded.
 */
import { EventEmitter } from 'node:events';
import { invalid } from '../errors/invalid.js';
import { isStintError, StintError } from '../errors/stint-error.js';
import { readOptions } from '../runtime/read-options.js';
import type { Runtime } from '../runtime/runtime.js';
import { sharedRuntime } from '../runtime/shared-runtime.js';
import type { ToolFilter, ToolPort } from '../runtime/tool-port.js';
import { type AuditEvent, AuditNotes } from './audit.js';
import { carryOut } from './call.js';
import type { CallOwner } from './call-context.js';
import { type CallOptions, readCallOptions } from './call-options.js';
import { defineTool, isDefined } from './define-tool.js';
import { cancelled, failed } from './failure.js';
import { lowerLimits } from './limits.js';
import { nearest } from './nearest.js';
import { Policy } from './policy.js';
import type { PolicyOptions } from './policy-options.js';
import { type FoundTool, ToolSearch } from './search.js';
import { type ToolTest, testTool } from './test-tool.js';
import type { Tool, ToolDefinition } from './tool.js';
import { infoOf, summaryOf, type ToolInfo, type ToolSummary } from './tool-info.js';
import { ToolView } from './tool-view.js';

/** What a registry can be told. */
export interface ToolRegistryOptions {
  /** Default: none. */
  readonly tools?: Iterable<Tool>;
  /** The policy of calls that bring none of their own. Default: `safe` tools, every door shut. */
  readonly policy?: Policy | PolicyOptions;
  /** Where tools run scripts. Default: the shared runtime. Tools that a script calls run them in the runtime within its own. */
  readonly runtime?: Runtime;
}

/** How tools that call tools are nested at most. */
const MOST_NESTED = 16;
const MOST_CALLS = 65_536;
const LONGEST_QUERY = 1000;

/** Which call a call was made in. */
export interface Nesting {
  readonly depth: number;
  readonly parent?: number;
}

const OUTERMOST: Nesting = { depth: 0 };

/** Each is checked where it is used. */
const OPTION_READERS = {
  policy: (value: unknown) => value as NonNullable<ToolRegistryOptions['policy']>,
  runtime: (value: unknown) => value as Runtime,
  tools: readTools,
};

function readTools(value: unknown, name: string): Iterable<Tool> {
  if (typeof (value as Partial<Iterable<Tool>>)[Symbol.iterator] !== 'function')
    throw invalid(name, value, 'some tools');
  return value as Iterable<Tool>;
}

/** Tools by name, and the one way to call them: finds, describes, tests and calls them, under a policy, and tells of each call. */
export class ToolRegistry implements ToolPort {
  readonly #tools = new Map<string, Tool>();
  readonly #policy: Policy;
  readonly #runtime: Runtime | undefined;
  readonly #events = new EventEmitter<{ call: [AuditEvent] }>();
  readonly #infos = new Map<string, ToolInfo>();
  #summaries: readonly ToolSummary[] | undefined;
  #search: Promise<ToolSearch> | undefined;
  #calls = 0;
  #lastId = 0;

  /** @throws StintError `INVALID_ARGUMENT` */
  constructor(options?: ToolRegistryOptions) {
    const { policy, runtime, tools } = readOptions(options, 'options', OPTION_READERS);
    this.#policy = Policy.of(policy ?? {});
    this.#runtime = runtime;
    for (const tool of tools ?? []) this.add(tool);
  }

  get size(): number {
    return this.#tools.size;
  }

  /** Calls that are under way. */
  get pending(): number {
    return this.#calls;
  }

  /**
   * @param given what `defineTool` has made, or a definition that it would take
   * @throws StintError `INVALID_ARGUMENT` if there is a tool of the name, or what is given is none
   */
  add(given: Tool): this {
    const tool = isDefined(given) ? given : defineTool(given as ToolDefinition);
    if (this.#tools.has(tool.name)) {
      throw new StintError(
        'INVALID_ARGUMENT',
        `there is a tool '${tool.name}' already; remove it first, or rename one`,
      );
    }
    this.#tools.set(tool.name, tool);
    this.#forget();
    return this;
  }

  /** Takes a tool out; calls of it that are under way go on. Whether there was one. */
  remove(name: string): boolean {
    if (!this.#tools.delete(name)) return false;
    this.#infos.delete(name);
    this.#forget();
    return true;
  }

  has(name: string): boolean {
    return this.#tools.has(name);
  }

  /** @throws StintError `TOOL_NOT_FOUND` */
  get(name: string): Tool {
    const tool = this.#tools.get(name);
    if (tool !== undefined) return tool;
    const similar = nearest(String(name), this.#tools.keys());
    const advice = similar.length === 0 ? 'list the tools to see their names' : `did you mean ${similar.join(' or ')}?`;
    throw new StintError('TOOL_NOT_FOUND', `there is no tool '${String(name).slice(0, 64)}'; ${advice}`);
  }

  /** The tools, by name. */
  list(filter?: ToolFilter): readonly ToolSummary[] {
    this.#summaries ??= Object.freeze(
      [...this.#tools.values()].map(summaryOf).sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
    return filter === undefined ? this.#summaries : this.#summaries.filter(filterBy(filter));
  }

  /** The tools that fit a query, the best first. */
  async search(query: string, filter?: ToolFilter): Promise<FoundTool[]> {
    if (typeof query !== 'string') throw invalid('query', query, 'a text');
    const fits = filter && filterBy(filter);
    this.#search ??= this.#makeSearch();
    return (await this.#search).find(query.slice(0, LONGEST_QUERY), fits);
  }

  /** All that is known of a tool. @throws StintError `TOOL_NOT_FOUND` */
  info(name: string): ToolInfo {
    const known = this.#infos.get(name);
    if (known !== undefined) return known;
    const info = infoOf(this.get(name));
    this.#infos.set(name, info);
    return info;
  }

  /**
   * Calls a tool.
   *
   * @throws StintError (rejects) `INVALID_ARGUMENT` for options that are wrong, `TOOL_NOT_FOUND`, `TOOL_INPUT`, `PERMISSION_DENIED`, `TIMEOUT`, `CANCELLED`, `OUTPUT_LIMIT`,
   * `DEPENDENCY_MISSING`, `QUEUE_FULL`, or `TOOL_FAILED` with the cause
   */
  call<T = unknown>(name: string, input: unknown, options: CallOptions = {}): Promise<T> {
    return this.callNested(name, input, options, OUTERMOST) as Promise<T>;
  }

  /** A call that is made in another one. */
  async callNested(name: string, input: unknown, options: CallOptions, nesting: Nesting): Promise<unknown> {
    const notes = new AuditNotes();
    this.#lastId += 1;
    const id = this.#lastId;
    this.#calls += 1;
    let error: StintError | undefined;
    try {
      return await this.#call(id, name, input, options, nesting, notes);
    } catch (thrown) {
      error = isStintError(thrown) ? thrown : failed(String(name), thrown);
      throw error;
    } finally {
      this.#calls -= 1;
      if (this.#events.listenerCount('call') > 0) this.#tell(id, name, options, nesting, notes, error);
    }
  }

  /** Runs a tool's own examples as calls. @throws StintError (rejects) `TOOL_NOT_FOUND` */
  async test(name: string, options: CallOptions = {}): Promise<ToolTest> {
    return testTool(this.get(name), (input) => this.call(name, input, options));
  }

  /** The same tools under another policy: for scripts of one client, say. */
  under(policy: Policy | PolicyOptions, caller?: string): ToolView {
    return new ToolView(this, { policy: Policy.of(policy), ...(caller === undefined ? {} : { caller }) }, OUTERMOST);
  }

  /** Calls the listener when a call has ended. */
  on(event: 'call', listener: (event: AuditEvent) => void): this {
    this.#events.on(event, listener);
    return this;
  }

  off(event: 'call', listener: (event: AuditEvent) => void): this {
    this.#events.off(event, listener);
    return this;
  }

  async #call(
    id: number,
    name: string,
    input: unknown,
    options: CallOptions,
    { depth }: Nesting,
    notes: AuditNotes,
  ): Promise<unknown> {
    const tool = this.get(name);
    const { signal, onPart, onProgress, runtime, ledger, timeout, ...read } = readCallOptions(options);
    const policy = read.policy === undefined ? this.#policy : Policy.of(read.policy);
    policy.admit(tool);
    if (this.#calls > MOST_CALLS) {
      throw new StintError('QUEUE_FULL', `${MOST_CALLS} calls of tools are under way already; try again later`);
    }
    if (depth > MOST_NESTED) {
      throw new StintError('TOOL_FAILED', `tools call each other ${depth} deep; the most is ${MOST_NESTED}`);
    }
    const bounds = timeout === undefined ? {} : { timeout };
    const owner: CallOwner = {
      tool,
      policy,
      limits: lowerLimits(lowerLimits(tool.limits, policy.rules.limits), bounds),
      notes,
      runtime: () => runtime?.() ?? this.#runtime ?? sharedRuntime(),
      ledger,
      directory: this.#runtime?.ledger.directory,
      // What it calls is its own affair: their parts and progress are not the caller's.
      tools: (signal) =>
        new ToolView(
          this,
          {
            policy,
            signal,
            caller: `tool ${name}`,
            ...(runtime === undefined ? {} : { runtime }),
            ...(ledger === undefined ? {} : { ledger }),
          },
          { depth: depth + 1, parent: id },
        ),
      progress: (done, total, message) => {
        const told = { done, ...(total === undefined ? {} : { total }), ...(message === undefined ? {} : { message }) };
        try {
          onProgress?.(told);
        } catch (error) {
          throw cancelled(name, error);
        }
      },
    };
    return carryOut(owner, input, { signal, onPart });
  }

  /** Not from here, but next: a listener that throws must not be taken for the tool. */
  #tell(
    id: number,
    name: string,
    { caller = 'program' }: CallOptions,
    { parent }: Nesting,
    notes: AuditNotes,
    error: StintError | undefined,
  ): void {
    const event = notes.event({ id, tool: String(name), caller, ...(parent === undefined ? {} : { parent }) }, error);
    queueMicrotask(() => this.#events.emit('call', event));
  }

  /** What was made of all tools is made anew when it is next asked for. */
  #forget(): void {
    this.#summaries = undefined;
    this.#search = undefined;
  }

  async #makeSearch(): Promise<ToolSearch> {
    const search = await ToolSearch.make();
    for (const tool of this.list()) search.add(tool);
    return search;
  }
}

function filterBy(filter: ToolFilter): (tool: ToolSummary) => boolean {
  const { category, tag, security } = readOptions(filter, 'filter', FILTER_READERS);
  return (tool) =>
    (category === undefined || tool.category === category) &&
    (tag === undefined || tool.tags.includes(tag)) &&
    (security === undefined || tool.security === security);
}

const anyText = (value: unknown, name: string): string => {
  if (typeof value !== 'string') throw invalid(name, value, 'a text');
  return value;
};
const FILTER_READERS = { category: anyText, tag: anyText, security: anyText };
