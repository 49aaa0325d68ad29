/**
 * The calls of one task on their way to the host, and the answers on their way back.
 *
 * 1. The host gets a script's calls and events in the order in which they were made.
 * 2. No more than a window of them is on its way: a script that sends more waits until the host has caught up.
 * 3. An answer is given to the script once; one to a call that is not pending is dropped.
 */
import type { Answer, Call } from '../engines/engine.js';
import { threadNow } from '../scope/thread-now.js';
import { sizeOf } from '../values/size-of.js';
import type { Value } from '../values/value.js';
import type { SentEvent } from './messages.js';

/** What may be on its way at once. */
const WINDOW_CALLS = 1024;
const WINDOW_BYTES = 1024 * 1024;

/** So many events travel together, if they come fast. */
const GATHERED_EVENTS = 64;
const GATHERED_BYTES = 64 * 1024;
const EAGER_MS = 2;

/** What the calls of a task go through. */
export interface CallPort {
  /** Takes a call to the host. */
  send(call: Call): void;
  /** Takes a part of the result to the host. @throws DataCloneError */
  sendPart(call: Call): void;
  sendEvents(events: SentEvent[], bytes: number): void;
  /** Carries out what needs no host: an answer, or undefined if it comes later through {@link FiberCalls.answer}. */
  builtin(call: Call, canWait: boolean): Answer | undefined;
  /** The script has made one call too many. */
  refuse(): void;
  /** Blocks until the host has sent something. False if the task has to end. */
  receive(): boolean;
}

export class FiberCalls {
  /** Calls of functions and events so far. */
  count = 0;
  readonly #limit: number;
  readonly #port: CallPort;
  readonly #pending = new Map<number, number>();
  #answers: Answer[] = [];
  #calls = 0;
  #bytes = 0;
  #gathered: SentEvent[] = [];
  #gatheredBytes = 0;
  #lastFlush = 0;
  /** An event that waits until there is room in the window. */
  #blocked: number | undefined;

  constructor(limit: number, port: CallPort) {
    this.#limit = limit;
    this.#port = port;
  }

  /** Whether an answer waits to be taken. */
  get hasAnswers(): boolean {
    return this.#answers.length > 0;
  }

  /** `call` of `VmHost`. */
  call(call: Call, canWait: boolean): 'pending' | 'refused' | Answer {
    if (call.kind === 'builtin') return this.#builtin(call, canWait);
    if (call.kind === 'part') return this.#part(call);
    if (this.count >= this.#limit) {
      this.#port.refuse();
      return 'refused';
    }
    this.count += 1;
    return call.kind === 'event' ? this.#event(call, canWait) : this.#function(call);
  }

  /** `answerTo` of `VmHost`. */
  answerTo(id: number): Answer | undefined {
    this.flush();
    const index = (): number => this.#answers.findIndex((answer) => answer.id === id);
    if (!this.#block(() => index() >= 0)) return undefined;
    return this.#answers.splice(index(), 1)[0];
  }

  /** Takes an answer from the host. */
  answer(answer: Answer): void {
    const bytes = this.#pending.get(answer.id);
    if (bytes === undefined) return;
    this.#pending.delete(answer.id);
    this.#answers.push(answer);
    this.delivered(1, bytes);
  }

  /** The host is through with events. */
  delivered(calls: number, bytes: number): void {
    this.#calls -= calls;
    this.#bytes -= bytes;
    if (this.#blocked === undefined || this.#isFull()) return;
    this.#answers.push(done(this.#blocked));
    this.#blocked = undefined;
  }

  /** The answers that have come since this was last called. */
  take(): Answer[] {
    if (this.#answers.length === 0) return this.#answers;
    const answers = this.#answers;
    this.#answers = [];
    return answers;
  }

  /** Sends what has been gathered. */
  flush(): void {
    if (this.#gathered.length === 0) return;
    const events = this.#gathered;
    this.#gathered = [];
    this.#port.sendEvents(events, this.#gatheredBytes);
    this.#gatheredBytes = 0;
    this.#lastFlush = threadNow();
  }

  #builtin(call: Call, canWait: boolean): 'pending' | Answer {
    // Before: what the call reaches on this thread may answer while it is being made.
    this.#add(call, 0);
    const answer = this.#port.builtin(call, canWait);
    if (answer === undefined) return 'pending';
    this.#pending.delete(call.id);
    this.delivered(1, 0);
    return answer;
  }

  #function(call: Call): 'pending' | 'refused' {
    this.flush();
    const bytes = sizeOf(call.args as Value);
    // Only of a script that does not wait for its calls: it can wait here.
    if (!this.#block(() => !this.#isFull())) return 'refused';
    this.#add(call, bytes);
    this.#port.send(call);
    return 'pending';
  }

  /** A part of a result: the VM itself bounds how many are on their way. */
  #part(call: Call): 'pending' {
    this.flush();
    this.#port.sendPart(call);
    this.#add(call, 0);
    return 'pending';
  }

  #event(call: Call, canWait: boolean): 'pending' | 'refused' | Answer {
    const bytes = sizeOf(call.args as Value);
    this.#calls += 1;
    this.#bytes += bytes;
    this.#gathered.push({ name: call.name, args: call.args });
    this.#gatheredBytes += bytes;
    const isMany = this.#gathered.length >= GATHERED_EVENTS || this.#gatheredBytes >= GATHERED_BYTES;
    if (isMany || threadNow() - this.#lastFlush > EAGER_MS) this.flush();
    if (!this.#isFull()) return done(call.id);
    this.flush();
    if (canWait) {
      this.#blocked = call.id;
      return 'pending';
    }
    return this.#block(() => !this.#isFull()) ? done(call.id) : 'refused';
  }

  #add(call: Call, bytes: number): void {
    this.#calls += 1;
    this.#bytes += bytes;
    this.#pending.set(call.id, bytes);
  }

  #isFull(): boolean {
    return this.#calls >= WINDOW_CALLS || this.#bytes >= WINDOW_BYTES;
  }

  /** Holds the thread until `isOver`. False if the task has to end before that. */
  #block(isOver: () => boolean): boolean {
    while (!isOver()) if (!this.#port.receive()) return false;
    return true;
  }
}

function done(id: number): Answer {
  return { id, kind: 'value', value: undefined };
}
