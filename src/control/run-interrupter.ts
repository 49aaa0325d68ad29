/**
 * The interrupter: it holds all deadlines, sleeps until the nearest one, and takes tasks up the ladder. Its thread must not be
 * busy with anything else, so that a deadline fires on time whatever the host's thread does.
 */
import type { MessagePort } from 'node:worker_threads';
import { monotonicNow } from './clock.js';
import { ControlTable } from './control-table.js';
import { InspectorLink } from './inspector-link.js';
import {
  type FromInterrupter,
  INTERRUPT_FUNCTION,
  type InterrupterData,
  type LookReason,
  type ToInterrupter,
} from './interrupter-messages.js';
import { TableWatch } from './table-watch.js';

/** The same text each time, so that V8 has it compiled already. */
const INTERRUPT = `globalThis[Symbol.for('${INTERRUPT_FUNCTION}')]()`;
const LONGEST_TIMER = 2 ** 31 - 1;

interface Watched {
  readonly watch: TableWatch;
  readonly threads: Map<number, { name: string; bell: MessagePort }>;
  timer: NodeJS.Timeout | undefined;
}

/** Takes what comes by the port, for as long as that is open. */
export function runInterrupter({ inspector, port }: InterrupterData): void {
  const tables = new WatchedTables(port, inspector ? new InspectorLink() : undefined);
  port.on('message', (message: ToInterrupter) => tables.take(message));
  port.postMessage({ op: 'loaded' } satisfies FromInterrupter);
}

class WatchedTables {
  readonly #port: MessagePort;
  readonly #link: InspectorLink | undefined;
  readonly #watched = new Map<number, Watched>();

  constructor(port: MessagePort, link: InspectorLink | undefined) {
    this.#port = port;
    this.#link = link;
  }

  take(message: ToInterrupter): void {
    switch (message.op) {
      case 'watch':
        this.#addTable(message.table, new ControlTable(message.buffer));
        return;
      case 'unwatch':
        this.#removeTable(message.table);
        return;
      case 'thread':
        this.#addThread(message);
        return;
      case 'gone':
        this.#removeThread(message.table, message.thread, message.name);
        return;
      case 'look':
        this.#look(message.table, message.why);
        return;
      case 'quit':
        this.#link?.disconnect();
        Atomics.store(message.done, 0, 1);
        Atomics.notify(message.done, 0);
    }
  }

  #addTable(id: number, table: ControlTable): void {
    const threads: Watched['threads'] = new Map();
    const interrupt = (thread: number): void => {
      const target = threads.get(thread);
      if (target === undefined) return;
      if (this.#link === undefined) target.bell.postMessage(null);
      else this.#link.evaluate(target.name, INTERRUPT);
    };
    const watch = new TableWatch(table, {
      interrupt,
      break: (thread) => {
        const name = threads.get(thread)?.name;
        if (this.#link === undefined || name === undefined) return false;
        this.#link.terminateExecution(name);
        return true;
      },
      terminate: (thread) => {
        this.#port.postMessage({ op: 'terminate', table: id, thread } satisfies FromInterrupter);
      },
    });
    this.#watched.set(id, { watch, threads, timer: undefined });
  }

  #removeTable(id: number): void {
    const entry = this.#watched.get(id);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    for (const { bell } of entry.threads.values()) bell.close();
    this.#watched.delete(id);
  }

  #addThread({ table, thread, name, bell }: Extract<ToInterrupter, { op: 'thread' }>): void {
    const entry = this.#watched.get(table);
    if (entry === undefined) {
      bell.close();
      return;
    }
    entry.threads.set(thread, { name, bell });
    bell.on('message', (why: LookReason) => this.#look(table, why));
  }

  #removeThread(id: number, index: number, name: string): void {
    this.#link?.forget(name);
    const thread = this.#watched.get(id)?.threads.get(index);
    if (thread?.name !== name) return;
    thread.bell.close();
    this.#watched.get(id)?.threads.delete(index);
  }

  #look(id: number, why?: LookReason): void {
    const entry = this.#watched.get(id);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    const now = monotonicNow();
    const next = entry.watch.look(now, why === 'task');
    // Rounded up: a timer that fires early would only look twice.
    const delay = Math.min(Math.ceil(next - now), LONGEST_TIMER);
    entry.timer = next === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => this.#look(id), delay);
  }
}
