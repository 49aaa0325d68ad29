import type { OutcomeKind } from '../runtime/outcome.js';
import type { TaskEvent } from '../runtime/task.js';
import type { AuditEvent } from '../tools/audit.js';
import type { SessionEvent } from './sessions/session-table.js';

/** What a client can subscribe to. */
export const TOPICS = ['task', 'tool', 'session'] as const;

/** What a client can subscribe to: tasks of the kernel's runtime, calls of its tools, and the client's own sessions. */
export type Topic = (typeof TOPICS)[number];

/** What becomes of a task of the kernel's runtime. */
export type TaskNews =
  | { readonly type: 'queued' | 'started'; readonly id: string }
  | { readonly type: 'ended'; readonly id: string; readonly kind: OutcomeKind };

/** What is told of a task: how it ended, but not with what. */
export function newsOf(event: TaskEvent): TaskNews {
  const { type, id } = event;
  return type === 'ended' ? { type, id, kind: event.outcome.kind } : { type, id };
}

/** What a subscriber hears, by topic. */
export interface TopicEvents {
  readonly task: TaskNews;
  readonly tool: AuditEvent;
  readonly session: SessionEvent;
}
