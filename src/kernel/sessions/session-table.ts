/**
 * The sessions of a kernel.
 *
 * 1. A session belongs to those who come by one listener; to others it is not there.
 * 2. One that nobody uses for its idle time is closed.
 * 3. Nobody has more of them than the limit says.
 */

import { invalid } from '../../errors/invalid.js';
import { StintError } from '../../errors/stint-error.js';
import type { Runtime } from '../../runtime/runtime.js';
import { Session, type SessionInfo, type SessionPlan } from './session.js';

/** What becomes of sessions, for those who want to hear of it. */
export interface SessionEvent {
  readonly type: 'opened' | 'closed' | 'expired' | 'artifact';
  readonly session: string;
  /** The artifact that was saved or removed. */
  readonly name?: string;
}

/** The longest time between two looks at who has expired, in ms. */
const LONGEST_LOOK = 60_000;

/** See the top of the file. */
export class SessionTable {
  readonly #runtime: () => Runtime;
  readonly #most: number;
  readonly #tell: (owner: string, event: SessionEvent) => void;
  readonly #owned = new Map<string, Map<string, Session>>();
  #timer: NodeJS.Timeout | undefined;
  /** When the timer looks, by `performance.now()`. */
  #lookAt = Number.POSITIVE_INFINITY;

  /** @param most how many one owner may have */
  constructor(runtime: () => Runtime, most: number, tell: (owner: string, event: SessionEvent) => void) {
    this.#runtime = runtime;
    this.#most = most;
    this.#tell = tell;
  }

  get size(): number {
    let size = 0;
    for (const sessions of this.#owned.values()) size += sessions.size;
    return size;
  }

  /** @throws StintError `QUEUE_FULL` */
  open(owner: string, plan: SessionPlan): Session {
    const sessions = this.#owned.get(owner) ?? new Map<string, Session>();
    if (sessions.size >= this.#most) {
      throw new StintError('QUEUE_FULL', `${sessions.size} sessions are open; close one, or raise limits.sessions`);
    }
    const session: Session = new Session(this.#runtime, plan, (name) =>
      this.#tell(owner, { type: 'artifact', session: session.id, name }),
    );
    this.#owned.set(owner, sessions);
    sessions.set(session.id, session);
    this.#tell(owner, { type: 'opened', session: session.id });
    this.#wakeIn(session.expiresIn);
    return session;
  }

  /** @throws StintError `INVALID_ARGUMENT` if the owner has none of that id */
  find(owner: string, id: unknown): Session {
    const session = typeof id === 'string' ? this.#owned.get(owner)?.get(id) : undefined;
    if (session === undefined)
      throw invalid('session', id, 'the id of an open session; it may have been idle for too long');
    session.touch();
    return session;
  }

  list(owner: string): SessionInfo[] {
    return [...(this.#owned.get(owner)?.values() ?? [])].map((session) => session.info());
  }

  async close(owner: string, id: unknown): Promise<void> {
    await this.#drop(owner, this.find(owner, id), 'closed');
  }

  /** Closes all of them. */
  async closeAll(): Promise<void> {
    clearTimeout(this.#timer);
    this.#lookAt = Number.POSITIVE_INFINITY;
    await this.#closeWhere(() => true, 'closed');
  }

  async #closeWhere(wanted: (session: Session) => boolean, why: 'closed' | 'expired'): Promise<void> {
    const closing: Promise<void>[] = [];
    for (const [owner, sessions] of this.#owned) {
      for (const session of sessions.values()) if (wanted(session)) closing.push(this.#drop(owner, session, why));
    }
    await Promise.all(closing);
  }

  async #drop(owner: string, session: Session, why: 'closed' | 'expired'): Promise<void> {
    const sessions = this.#owned.get(owner);
    sessions?.delete(session.id);
    if (sessions?.size === 0) this.#owned.delete(owner);
    await session.close();
    this.#tell(owner, { type: why, session: session.id });
  }

  #wakeIn(ms: number): void {
    const wait = Math.min(ms, LONGEST_LOOK) + 1;
    const at = performance.now() + wait;
    if (at >= this.#lookAt) return;
    clearTimeout(this.#timer);
    this.#lookAt = at;
    this.#timer = setTimeout(() => this.#look(), wait);
    this.#timer.unref();
  }

  #look(): void {
    this.#lookAt = Number.POSITIVE_INFINITY;
    void this.#closeWhere((session) => session.isExpired, 'expired');
    let next = Number.POSITIVE_INFINITY;
    for (const sessions of this.#owned.values()) {
      for (const session of sessions.values()) next = Math.min(next, session.expiresIn);
    }
    // One that runs for longer than its idle time expires in no time again and again: look at it now and then.
    if (next < Number.POSITIVE_INFINITY) this.#wakeIn(Math.max(next, 10));
  }
}
