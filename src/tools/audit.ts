import type { ErrorCode } from '../errors/codes.js';
import type { ToolPermission } from './tool.js';

/** Something of the outside that a call wanted to reach. */
export interface Reach {
  readonly door: ToolPermission;
  /** The file, the host and port, the command with its arguments, the variable; shortened. */
  readonly what: string;
  readonly permitted: boolean;
}

/** What is told of each call when it has ended, a refused one too. It holds nothing of the input and the output but their size. */
export interface AuditEvent {
  /** Counts up within the registry. */
  readonly id: number;
  /** When the call came. */
  readonly at: Date;
  readonly tool: string;
  /** Who called, as the caller said; `program` if it did not. */
  readonly caller: string;
  /** The call by whose tool this one was made. */
  readonly parent?: number;
  readonly outcome: 'completed' | ErrorCode;
  /** Why it did not complete. */
  readonly message?: string;
  readonly ms: number;
  readonly inputBytes: number;
  /** The result and parts. */
  readonly outputBytes: number;
  /** What it wanted of the outside, the first 100. */
  readonly reached: readonly Reach[];
}

const MOST_REACHES = 100;
const LONGEST_WHAT = 500;

/** Notes what one call does. */
export class AuditNotes {
  readonly at = Date.now();
  readonly #startedAt = performance.now();
  readonly #reached: Reach[] = [];
  inputBytes = 0;
  outputBytes = 0;

  reach(door: ToolPermission, what: string, permitted: boolean): void {
    if (this.#reached.length >= MOST_REACHES) return;
    const shortened = what.length > LONGEST_WHAT ? `${what.slice(0, LONGEST_WHAT - 1)}…` : what;
    this.#reached.push({ door, what: shortened, permitted });
  }

  event(
    call: Pick<AuditEvent, 'id' | 'tool' | 'caller' | 'parent'>,
    error: { code: ErrorCode; message: string } | undefined,
  ): AuditEvent {
    return {
      ...call,
      at: new Date(this.at),
      outcome: error?.code ?? 'completed',
      ...(error === undefined ? {} : { message: error.message }),
      ms: performance.now() - this.#startedAt,
      inputBytes: this.inputBytes,
      outputBytes: this.outputBytes,
      reached: this.#reached,
    };
  }
}
