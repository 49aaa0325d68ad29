/**
 * The thread that holds all deadlines: it sleeps until the nearest one, takes tasks up the ladder, and
 * is never busy with anything else, so a deadline fires on time whatever the host's thread does.
 */
import { type MessagePort, workerData } from 'node:worker_threads';
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

const { inspector, port } = workerData as InterrupterData;
const link = inspector ? new InspectorLink() : undefined;
const watched = new Map<number, Watched>();

port.on('message', (message: ToInterrupter) => {
  switch (message.op) {
    case 'watch':
      addTable(message.table, new ControlTable(message.buffer));
      return;
    case 'unwatch':
      removeTable(message.table);
      return;
    case 'thread':
      addThread(message);
      return;
    case 'gone':
      removeThread(message.table, message.thread, message.name);
      return;
    case 'look':
      look(message.table, message.why);
      return;
    case 'quit':
      link?.disconnect();
      Atomics.store(message.done, 0, 1);
      Atomics.notify(message.done, 0);
  }
});

function addTable(id: number, table: ControlTable): void {
  const threads: Watched['threads'] = new Map();
  const interrupt = (thread: number): void => {
    const target = threads.get(thread);
    if (target === undefined) return;
    if (link === undefined) target.bell.postMessage(null);
    else link.evaluate(target.name, INTERRUPT);
  };
  const watch = new TableWatch(table, {
    interrupt,
    break(thread) {
      const name = threads.get(thread)?.name;
      if (link === undefined || name === undefined) return false;
      link.terminateExecution(name);
      return true;
    },
    terminate(thread) {
      port.postMessage({ op: 'terminate', table: id, thread } satisfies FromInterrupter);
    },
  });
  watched.set(id, { watch, threads, timer: undefined });
}

function removeTable(id: number): void {
  const entry = watched.get(id);
  if (entry === undefined) return;
  clearTimeout(entry.timer);
  for (const { bell } of entry.threads.values()) bell.close();
  watched.delete(id);
}

function addThread({ table, thread, name, bell }: Extract<ToInterrupter, { op: 'thread' }>): void {
  const entry = watched.get(table);
  if (entry === undefined) {
    bell.close();
    return;
  }
  entry.threads.set(thread, { name, bell });
  bell.on('message', (why: LookReason) => look(table, why));
}

function removeThread(id: number, index: number, name: string): void {
  link?.forget(name);
  const thread = watched.get(id)?.threads.get(index);
  if (thread?.name !== name) return;
  thread.bell.close();
  watched.get(id)?.threads.delete(index);
}

function look(id: number, why?: LookReason): void {
  const entry = watched.get(id);
  if (entry === undefined) return;
  clearTimeout(entry.timer);
  const now = monotonicNow();
  const next = entry.watch.look(now, why === 'task');
  // Rounded up: a timer that fires early would only look twice.
  const delay = Math.min(Math.ceil(next - now), LONGEST_TIMER);
  entry.timer = next === Number.POSITIVE_INFINITY ? undefined : setTimeout(look, delay, id);
}

port.postMessage({ op: 'loaded' } satisfies FromInterrupter);
