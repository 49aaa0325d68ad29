import { monotonicNow } from '../control/clock.js';
import type { Recycling } from './recycling.js';

/** How long the hosts of a pool live. */
export interface HostSettings {
  /** Whether they start before a task needs them. */
  readonly warm: boolean;
  readonly recycle: Recycling;
  /** Milliseconds that a host may have nothing to do; `Infinity` for any time. */
  readonly idleMs: number;
}

/** When a host's time is over: after so many tasks, so long, too much memory, a task that left something there, or nothing to do. */
export class ServiceLife {
  readonly #settings: HostSettings;
  readonly #startedAt = monotonicNow();
  readonly #onIdle: () => void;
  #taskCount = 0;
  #idle: NodeJS.Timeout | undefined;
  #isSpoiled = false;
  #isDue = false;
  #served = false;

  /** @param onIdle called when it has had nothing to do for too long */
  constructor(settings: HostSettings, onIdle: () => void) {
    this.#settings = settings;
    this.#onIdle = onIdle;
  }

  /** How many tasks have ended here. */
  get taskCount(): number {
    return this.#taskCount;
  }

  /** Whether a task has ended here as it should. */
  get served(): boolean {
    return this.#served;
  }

  /** Whether it goes as soon as it has no task. */
  get isDue(): boolean {
    return this.#isDue || this.#isSpoiled;
  }

  /** Whether something of a task is left here, or it goes already: it takes no other task. */
  get isSpoiled(): boolean {
    return this.#isSpoiled;
  }

  spoil(): void {
    this.#isSpoiled = true;
  }

  /** A task has ended. @param holdsTooMuch whether the thread holds more memory than it may keep */
  taskEnded({ spoilsThread, holdsTooMuch }: { spoilsThread: boolean; holdsTooMuch: boolean }): void {
    if (spoilsThread) this.#isSpoiled = true;
    else this.#served = true;
    this.#taskCount += 1;
    const { tasks, ageMs } = this.#settings.recycle;
    const isOld = ageMs !== Number.POSITIVE_INFINITY && monotonicNow() - this.#startedAt >= ageMs;
    if (holdsTooMuch || isOld || this.#taskCount >= tasks) this.#isDue = true;
  }

  /** It has nothing to do. */
  rest(): void {
    const { idleMs } = this.#settings;
    if (idleMs === Number.POSITIVE_INFINITY) return;
    this.#idle ??= setTimeout(() => {
      this.#idle = undefined;
      this.#onIdle();
    }, idleMs).unref();
  }

  /** It has something to do again, or is gone. */
  stopResting(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }
}
