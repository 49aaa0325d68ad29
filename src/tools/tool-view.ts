import type { ToolCall, ToolFilter, ToolPort } from '../runtime/tool-port.js';
import type { CallOptions } from './call-options.js';
import type { Policy } from './policy.js';
import type { Nesting, ToolRegistry } from './registry.js';
import type { FoundTool } from './search.js';
import type { ToolInfo, ToolSummary } from './tool-info.js';

/** What a view adds to each call. */
type Bound = CallOptions & { readonly policy: Policy };

/** The tools of a registry as one caller has them: those that its policy lets it call. */
export class ToolView implements ToolPort {
  readonly #registry: ToolRegistry;
  readonly #bound: Bound;
  readonly #nesting: Nesting;

  constructor(registry: ToolRegistry, bound: Bound, nesting: Nesting) {
    this.#registry = registry;
    this.#bound = bound;
    this.#nesting = nesting;
  }

  list(filter?: ToolFilter): ToolSummary[] {
    return this.#registry.list(filter).filter((tool) => this.#permits(tool.name));
  }

  async search(query: string, filter?: ToolFilter): Promise<FoundTool[]> {
    return (await this.#registry.search(query, filter)).filter((tool) => this.#permits(tool.name));
  }

  info(name: string): ToolInfo {
    return this.#registry.info(name);
  }

  call<T = unknown>(name: string, input: unknown, options: CallOptions & ToolCall = {}): Promise<T> {
    const { policy: _, ...others } = options;
    const caller = [this.#bound.caller, options.caller].filter((one) => one !== undefined).join(', ');
    return this.#registry.callNested(
      name,
      input,
      { ...this.#bound, ...others, ...(caller === '' ? {} : { caller }), ...this.#signals(options) },
      this.#nesting,
    ) as Promise<T>;
  }

  #permits(name: string): boolean {
    return this.#registry.has(name) && this.#bound.policy.permits(this.#registry.get(name));
  }

  /** A call ends when either of them does: the view's own caller, or this one's. */
  #signals({ signal }: ToolCall): { signal?: AbortSignal } {
    const own = this.#bound.signal;
    // What is no signal is refused with the other options.
    if (own === undefined || !(signal instanceof AbortSignal)) return {};
    return { signal: AbortSignal.any([own, signal]) };
  }
}
