import type { Disposer } from '../../scope/scope.js';
import type { PolicyRules } from '../policy-options.js';
import type { ResolvedToolLimits, ToolPermission } from '../tool.js';

/** What the doors of one call have in common. */
export interface Gate {
  readonly rules: PolicyRules;
  readonly limits: ResolvedToolLimits;
  readonly signal: AbortSignal;
  /** Has something closed at the end of the call. */
  defer(disposer: Disposer): void;
  /** The call's scratch directory, made if there is none. */
  scratch(): Promise<string>;
  /** The scratch directories that have been made. */
  readonly scratches: readonly string[];
  /**
   * Notes what the call wants of the outside.
   *
   * @throws StintError `CANCELLED` or `TIMEOUT` after its end, `PERMISSION_DENIED` if its tool does not declare the door
   */
  enter(door: ToolPermission, what: string): void;
  /** Notes what was refused, and gives the error for it. `remedy` says what would allow it. */
  refuse(door: ToolPermission, deed: string, what: string, remedy: string): Error;
}
