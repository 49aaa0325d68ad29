import type { Call } from '../engines/engine.js';
import type { SentEvent, TaskReport } from '../worker/messages.js';
import type { Carrier } from './carrier.js';
import type { LostPhase } from './hosted-tasks.js';

/** What a task hears of its thread. */
export interface TaskListener {
  began(): void;
  /** It had not begun, and is not the thread's any more: it has to go to another. */
  takenBack(): void;
  /** The task waits; its thread can run another. */
  waiting(): void;
  output(text: string, stream: 'stdout' | 'stderr'): void;
  call(call: Call): void;
  events(events: readonly SentEvent[]): void;
  ended(report: TaskReport): void;
  /**
   * The thread or process is gone: ended on purpose as the ladder's last rung, or dead by itself (then `cause` says of what).
   */
  lost(cause: Error | undefined, phase: LostPhase, lastRung: Carrier['lastRung']): void;
}
