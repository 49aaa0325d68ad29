/**
 * What one call's handler sees.
 *
 * 1. After the call has ended every door is shut, also for a handler that goes on.
 * 2. What was opened through a door is closed when the call has ended.
 * 3. A door opens only if the tool declares it and the policy has it.
 */
import { realpath } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { StintError } from '../errors/stint-error.js';
import { OwnLedger } from '../hosts/own-ledger.js';
import type { Runtime } from '../runtime/runtime.js';
import { ScratchDirectories } from '../runtime/scratch.js';
import type { ToolPort } from '../runtime/tool-port.js';
import { type Disposer, Scope } from '../scope/scope.js';
import { CommandDoor } from './access/command-door.js';
import { readVariable } from './access/environment.js';
import type { Executed, ExecuteOptions } from './access/execute.js';
import type { FileAccess } from './access/file-access.js';
import { FileDoor } from './access/file-door.js';
import type { Gate } from './access/gate.js';
import type { ConnectOptions, FetchOptions } from './access/net-access.js';
import { NetDoor } from './access/net-door.js';
import type { AuditNotes } from './audit.js';
import { boundedRuntime } from './bounded-runtime.js';
import { denied, type Policy } from './policy.js';
import type { ResolvedToolLimits, Tool, ToolPermission } from './tool.js';
import type { ToolContext } from './tool-context.js';

/** What a context needs of the call that it belongs to. */
export interface CallOwner {
  readonly tool: Tool;
  readonly policy: Policy;
  readonly limits: ResolvedToolLimits;
  readonly notes: AuditNotes;
  readonly runtime: () => Runtime;
  /** Undefined if the call is to open its own. */
  readonly ledger: OwnLedger | undefined;
  /** Where that is; undefined is the default one. */
  readonly directory: string | undefined;
  readonly tools: (signal: AbortSignal) => ToolPort;
  readonly progress: (done: number, total?: number, message?: string) => void;
}

export class CallContext implements ToolContext, Gate {
  readonly #owner: CallOwner;
  readonly #scope = new Scope();
  #controller: AbortController | undefined;
  /** Why the doors are shut, once they are. Most calls end without anybody's asking. */
  #ended: (() => StintError) | undefined;
  #runtime: Runtime | undefined;
  #ledger: OwnLedger | undefined;
  #tools: ToolPort | undefined;
  #scratch: Promise<string> | undefined;
  #files: FileDoor | undefined;
  #network: NetDoor | undefined;
  #commands: CommandDoor | undefined;
  readonly scratches: string[] = [];

  constructor(owner: CallOwner) {
    this.#owner = owner;
  }

  get limits(): ResolvedToolLimits {
    return this.#owner.limits;
  }

  get rules(): Policy['rules'] {
    return this.#owner.policy.rules;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#ended !== undefined) this.#controller.abort(this.#ended());
    }
    return this.#controller.signal;
  }

  get scope(): Pick<Scope, 'defer'> {
    return this;
  }

  get runtime(): Runtime {
    this.#runtime ??= boundedRuntime(this.#owner.runtime(), this.#owner.limits.memory);
    return this.#runtime;
  }

  get tools(): ToolPort {
    this.#tools ??= this.#owner.tools(this.signal);
    return this.#tools;
  }

  defer(disposer: Disposer): void {
    this.#scope.defer(disposer);
  }

  readonly progress = (done: number, total?: number, message?: string): void => {
    if (this.#ended === undefined) this.#owner.progress(done, total, message);
  };

  readonly call = (name: string, input: unknown): Promise<unknown> => this.tools.call(name, input);

  readonly scratch = (): Promise<string> => {
    this.#scratch ??= this.#makeScratch();
    return this.#scratch;
  };

  get files(): FileAccess {
    this.#files ??= new FileDoor(this);
    return this.#files;
  }

  readonly fetch = (url: string | URL, init?: FetchOptions): Promise<Response> => this.#net.fetch(url, init);

  readonly connect = (options: ConnectOptions): Promise<Socket> => this.#net.connect(options);

  readonly lookup = (host: string): Promise<string[]> => this.#net.lookup(host);

  readonly execute = (command: string, args?: readonly string[], options?: ExecuteOptions): Promise<Executed> => {
    this.#commands ??= new CommandDoor(this, this.#callLedger);
    return this.#commands.execute(command, args, options);
  };

  readonly environment = (name: string): string | undefined => readVariable(this, name);

  enter(door: ToolPermission, what: string): void {
    if (this.#ended !== undefined) throw this.#ended();
    const { tool } = this.#owner;
    if (tool.permissions.includes(door)) return;
    const why = `the tool does not declare the door; add '${door}' to the permissions of the tool '${tool.name}'`;
    throw this.refusal(door, what, `to use the door '${door}'`, why);
  }

  note(door: ToolPermission, what: string, permitted: boolean): void {
    this.#owner.notes.reach(door, what, permitted);
  }

  refusal(door: ToolPermission, what: string, deed: string, why: string): StintError {
    this.note(door, what, false);
    return denied(deed, why);
  }

  /** Tells the handler that it has to end. */
  abort(reason: StintError): void {
    this.#ended ??= () => reason;
    this.#controller?.abort(reason);
  }

  /** Shuts the doors, and closes what was opened. Undefined if nothing was. */
  end(): Promise<unknown[]> | undefined {
    this.#ended ??= () => new StintError('CANCELLED', `the call of the tool '${this.#owner.tool.name}' has ended`);
    return this.#scope.isEmpty ? undefined : this.#scope.dispose();
  }

  get #net(): NetDoor {
    this.#network ??= new NetDoor(this);
    return this.#network;
  }

  get #callLedger(): OwnLedger {
    this.#ledger ??= this.#owner.ledger ?? this.#makeLedger();
    return this.#ledger;
  }

  #makeLedger(): OwnLedger {
    const ledger = new OwnLedger(this.#owner.directory);
    this.#scope.defer(() => ledger.close());
    return ledger;
  }

  async #makeScratch(): Promise<string> {
    if (this.#ended !== undefined) throw this.#ended();
    const ledger = this.#callLedger;
    const directories = new ScratchDirectories(() => ledger.get());
    this.#scope.defer(() => directories.remove());
    // Its real path: the system's directory for such may be a link.
    const path = await realpath(await directories.make());
    this.scratches.push(path);
    return path;
  }
}
