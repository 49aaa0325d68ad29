import type { StintError } from '../../errors/stint-error.js';
import type { Disposer } from '../../scope/scope.js';
import type { PolicyRules } from '../policy-options.js';
import type { ResolvedToolLimits, ToolPermission } from '../tool.js';

/** What the doors of one call have in common. */
export interface Gate {
  readonly rules: PolicyRules;
  readonly limits: ResolvedToolLimits;
  /** Aborts when the call has to end. */
  readonly signal: AbortSignal;
  /** The scratch directories that the call has made. */
  readonly scratches: readonly string[];
  /** Makes the call's scratch directory, if there is none. */
  scratch(): Promise<string>;
  /** Has something closed at the end of the call. */
  defer(disposer: Disposer): void;
  /**
   * Asks whether the tool may come to a door at all.
   *
   * @throws StintError `CANCELLED` or `TIMEOUT` after the call's end, `PERMISSION_DENIED` if the tool does not declare the door
   */
  enter(door: ToolPermission, what: string): void;
  /** Notes for the audit what the tool reached, or was refused. */
  note(door: ToolPermission, what: string, permitted: boolean): void;
  /** Notes a refusal and makes its error. `why` ends with what would allow it. */
  refusal(door: ToolPermission, what: string, deed: string, why: string): StintError;
}
