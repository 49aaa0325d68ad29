import type { Answer, Call } from '../engines/engine.js';
import { toEnvelope } from '../errors/envelope.js';
import { isStintError } from '../errors/stint-error.js';
import type { Permissions } from '../io/permissions.js';
import { Handle, type IoCall, ScriptIo } from '../io/script-io.js';
import type { Value } from '../values/value.js';

/** Those that may have to wait, and so cannot be called where a script cannot be left. */
const WAITS: ReadonlySet<string> = new Set<IoCall>([
  'sleep',
  'tcp.connect',
  'connection.read',
  'connection.write',
  'listener.accept',
  'http.request',
]);

/** Where answers go that come later, and who wants to know how many are to come. */
export interface BuiltinsOwner {
  answer(answer: Answer): void;
  pending(change: 1 | -1): void;
}

/** What a script's thread does for it by itself, by permission. Nothing of it is there until a script asks for it. */
export class Builtins {
  readonly #permissions: Permissions;
  readonly #maxBytes: number;
  readonly #owner: BuiltinsOwner;
  #io: ScriptIo | undefined;

  /** @param maxBytes the most that one read or body may hold: no more than the script may */
  constructor(permissions: Permissions, maxBytes: number, owner: BuiltinsOwner) {
    this.#permissions = permissions;
    this.#maxBytes = maxBytes;
    this.#owner = owner;
  }

  /** Carries out a call: its answer, or undefined if it comes later. */
  call(call: Call, canWait: boolean): Answer | undefined {
    const { id, name, args, handle } = call;
    if (!canWait && WAITS.has(name)) return { id, kind: 'error', error: { message: cannotWait(name) } };
    this.#io ??= new ScriptIo({ permissions: this.#permissions, maxBytes: this.#maxBytes });
    try {
      const result = this.#io.call(name as IoCall, args, handle);
      if (!(result instanceof Promise)) return answerOf(id, result);
      this.#answerLater(id, result);
      return undefined;
    } catch (error) {
      return refusalOf(id, error);
    }
  }

  /** Closes whatever the script has open. */
  close(): void {
    this.#io?.close();
  }

  #answerLater(id: number, result: Promise<Value | Handle>): void {
    this.#owner.pending(1);
    result.then(
      (value) => this.#answer(answerOf(id, value)),
      (error: unknown) => this.#answer(refusalOf(id, error)),
    );
  }

  #answer(answer: Answer): void {
    this.#owner.pending(-1);
    this.#owner.answer(answer);
  }
}

function answerOf(id: number, result: Value | Handle): Answer {
  if (result instanceof Handle) return { id, kind: 'handle', type: result.kind, handle: result.id };
  return { id, kind: 'value', value: result };
}

function refusalOf(id: number, error: unknown): Answer {
  if (!isStintError(error)) throw error;
  const { message, code } = toEnvelope(error);
  return { id, kind: 'error', error: { message, code } };
}

function cannotWait(name: string): string {
  return `${name} cannot wait here: in a comparator, a callback of string.gsub, a finalizer or the like`;
}
