import type { Socket } from 'node:net';
import type { Runtime } from '../runtime/runtime.js';
import type { ToolPort } from '../runtime/tool-port.js';
import type { Scope } from '../scope/scope.js';
import type { Executed, ExecuteOptions } from './access/execute.js';
import type { FileAccess } from './access/file-access.js';
import type { ConnectOptions, FetchOptions } from './access/net-access.js';
import type { ResolvedToolLimits } from './tool.js';

/**
 * What a handler gets as its second argument. All that it may reach of the outside it reaches through this: every door asks the policy
 * of the call, and is shut when the call has ended.
 */
export interface ToolContext {
  /** Aborts when the call is cancelled or its time is up; its reason is the `StintError`. */
  readonly signal: AbortSignal;
  /** What is deferred here runs at the end of the call, however that comes, in reverse order. */
  readonly scope: Pick<Scope, 'defer'>;
  /** What the call may use: the tool's limits, or the policy's where those are lower. */
  readonly limits: ResolvedToolLimits;
  /** Runs scripts and module tasks. No script gets more memory than `limits.memory`, and that much if nothing else is asked for. */
  readonly runtime: Runtime;
  /** The tools that this call may call, for scripts that it runs: `context.runtime.run(source, { tools: context.tools })`. */
  readonly tools: ToolPort;
  /** Tells the caller how far the work is. */
  progress(done: number, total?: number, message?: string): void;
  /** Calls another tool: under the same policy, within the same time. */
  call(name: string, input: unknown): Promise<unknown>;
  /** Makes a directory that only this user can read, and that is removed at the end of the call. It is open to `files` too. */
  scratch(): Promise<string>;
  /** Files below the policy's roots. */
  readonly files: FileAccess;
  /** As the platform's `fetch`, for the policy's hosts: each connection is checked, those of redirects too, and the body bounded. */
  fetch(url: string | URL, init?: FetchOptions): Promise<Response>;
  /** Opens a TCP or TLS connection to one of the policy's hosts. It is closed at the end of the call. */
  connect(options: ConnectOptions): Promise<Socket>;
  /** The addresses of a name, those only that the policy lets one connect to. */
  lookup(host: string): Promise<string[]>;
  /** Runs one of the policy's commands to its end: no shell, no other environment than the policy's. */
  execute(command: string, args?: readonly string[], options?: ExecuteOptions): Promise<Executed>;
  /** One of the environment variables that the policy names; undefined if it is not set. */
  environment(name: string): string | undefined;
}
