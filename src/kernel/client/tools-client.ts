import { readFunction, readOptions, readSignal } from '../../runtime/read-options.js';
import { type Duration, parseDuration } from '../../runtime/units.js';
import type { ToolProgress } from '../../tools/call-options.js';
import type { FoundTool } from '../../tools/search.js';
import type { ToolTest } from '../../tools/test-tool.js';
import type { SecurityLevel } from '../../tools/tool.js';
import type { ToolInfo, ToolSummary } from '../../tools/tool-info.js';
import type { Requester } from './requester.js';

/** Which tools are wanted. */
export interface WantedTools {
  readonly category?: string;
  readonly tag?: string;
  readonly security?: SecurityLevel;
}

/** What a call of a tool can be told. */
export interface ToolCallOptions {
  /** Cancels the call when it aborts; the promise settles when it has ended. */
  readonly signal?: AbortSignal;
  /** How long the call may take, tools that it calls included. Default: the tool's own limit, which this cannot raise. */
  readonly timeout?: Duration;
  readonly onProgress?: (progress: ToolProgress) => void;
  /** Takes the parts of a result that is streamed. In the kernel's process the tool waits until what this returns has settled. */
  readonly onPart?: (part: unknown) => unknown;
}

const SIGNAL = { signal: readSignal };

const CALL_READERS = {
  ...SIGNAL,
  timeout: parseDuration,
  onProgress: readFunction<NonNullable<ToolCallOptions['onProgress']>>,
  onPart: readFunction<NonNullable<ToolCallOptions['onPart']>>,
};

/** The tools of a kernel. */
export class ToolsClient {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /** All of them, or those of a category, with a tag, of a security level, or that the kernel's policy lets one call. */
  async list(filter: WantedTools & { readonly permitted?: boolean } = {}): Promise<ToolSummary[]> {
    return ((await this.#requester.request('tools/list', filter)) as { tools: ToolSummary[] }).tools;
  }

  /** Those that fit some words best, the best one first. */
  async search(query: string, filter: WantedTools & { readonly limit?: number } = {}): Promise<FoundTool[]> {
    return ((await this.#requester.request('tools/search', { query, ...filter })) as { tools: FoundTool[] }).tools;
  }

  /** @throws StintError `TOOL_NOT_FOUND` */
  async info(name: string): Promise<ToolInfo> {
    return (await this.#requester.request('tools/info', { name })) as ToolInfo;
  }

  /** @throws StintError `TOOL_NOT_FOUND`, `TOOL_INPUT`, `TOOL_FAILED`, `PERMISSION_DENIED`, `TIMEOUT`, `CANCELLED` */
  async call<T = unknown>(name: string, input: unknown = {}, options: ToolCallOptions = {}): Promise<T> {
    const { signal, timeout, onProgress, onPart } = readOptions(options, 'options', CALL_READERS);
    const params = { name, arguments: input, ...(timeout === undefined ? {} : { timeout }) };
    const listener = {
      ...(onProgress === undefined ? {} : { progress: onProgress }),
      ...(onPart === undefined ? {} : { part: (part: unknown) => onPart(part) as void | Promise<void> }),
    };
    return ((await this.#requester.request('tools/call', params, { signal, listener })) as { result: T }).result;
  }

  /** Runs the examples of a tool. */
  async test(name: string, options: { signal?: AbortSignal } = {}): Promise<ToolTest> {
    return (await this.#requester.request('tools/test', { name }, readOptions(options, 'options', SIGNAL))) as ToolTest;
  }
}
